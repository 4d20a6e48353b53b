using static TorchSharp.torch;

namespace LT2.Eval.Models.Verification;

/// <summary>A tensor of a golden case: row-major numbers in float64.</summary>
/// <param name="Shape">Lengths of the axes; their product is the count of numbers.</param>
/// <param name="RowMajor">The numbers.</param>
public sealed record GoldenTensor(IReadOnlyList<long> Shape, double[] RowMajor)
{
    /// <summary>The tensor on a device.</summary>
    public Tensor ToTensor(Device device, ScalarType dtype)
        => tensor(RowMajor, [.. Shape], dtype: ScalarType.Float64).to(dtype, device);
}
