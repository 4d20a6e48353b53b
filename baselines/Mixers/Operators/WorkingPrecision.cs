using static TorchSharp.torch;

namespace LT2.Eval.Models.Mixers.Operators;

/// <summary>
/// The dtype in which states, decays, cumulative sums and inverses are held: float64 for float64 inputs, otherwise float32.
/// A state rounded to bfloat16 at every token drifts by percents within a few hundred tokens.
/// </summary>
public static class WorkingPrecision
{
    /// <summary>The working dtype for inputs of dtype <paramref name="dtype"/>.</summary>
    public static ScalarType Of(ScalarType dtype) => dtype == ScalarType.Float64 ? ScalarType.Float64 : ScalarType.Float32;

    /// <summary><paramref name="x"/> in its working dtype.</summary>
    public static Tensor Raise(Tensor x) => x.to_type(Of(x.dtype));

    /// <summary>The given state in <paramref name="dtype"/>, or zeros of <paramref name="shape"/> where there is none.</summary>
    internal static Tensor StateOrZeros(Tensor? state, ScalarType dtype, Device device, params long[] shape)
    {
        if (state is null)
        {
            return zeros(shape, dtype: dtype, device: device);
        }
        OperatorShapes.Require(state, "initial state", shape);
        return state.to_type(dtype);
    }
}
