using static TorchSharp.torch;

namespace LT2.Eval.Models.Mixers.Operators;

/// <summary>
/// Retention, RetNet (Sun et al. 2023, "Retentive Network"): a constant decay for each head, <c>γ_h = 1 − 2^{−5−h}</c>, h = 0, 1, ….
/// q, k <c>[B,T,H,Dk]</c> (rotated already), v <c>[B,T,H,Dv]</c>, S <c>[B,H,Dk,Dv]</c>: <c>S_t = γ_h S_{t−1} + k_t v_tᵀ; o_t = scale · S_tᵀ q_t</c>.
/// </summary>
public static class Retention
{
    /// <summary><c>ln γ_h</c> for every head, <c>[H]</c>.</summary>
    public static Tensor LogGamma(long heads, ScalarType dtype, Device device)
    {
        using var scope = NewDisposeScope();
        var lost = exp2(-5 - arange(heads, dtype: ScalarType.Float64, device: device));
        return log1p(-lost).to_type(dtype).MoveToOuterDisposeScope();
    }

    /// <summary>Parallel form, chunks of <paramref name="chunkLength"/> tokens. <paramref name="scale"/> defaults to Dk^−½.</summary>
    /// <exception cref="ArgumentException">Shapes do not fit; the message names the tensor and both shapes.</exception>
    public static RecurrentOutput Chunkwise(Tensor q, Tensor k, Tensor v, double? scale = null, Tensor? initialState = null, long chunkLength = 64)
    {
        using var g = Decay(v);
        return LinearRecurrence.Chunkwise(q, k, v, g, scale, initialState, chunkLength);
    }

    /// <summary>Recurrent form, token by token. <paramref name="scale"/> defaults to Dk^−½. With <paramref name="inPlace"/> a kernel may change the initial state itself.</summary>
    /// <exception cref="ArgumentException">Shapes do not fit; the message names the tensor and both shapes.</exception>
    public static RecurrentOutput Recurrent(Tensor q, Tensor k, Tensor v, double? scale = null, Tensor? initialState = null, bool inPlace = false)
    {
        using var g = Decay(v);
        return LinearRecurrence.Recurrent(q, k, v, g, scale, initialState, inPlace);
    }

    private static Tensor Decay(Tensor v)
    {
        using var logGamma = LogGamma(v.shape[2], WorkingPrecision.Of(v.dtype), v.device);
        return logGamma.expand(v.shape[0], v.shape[1], v.shape[2]);
    }
}
