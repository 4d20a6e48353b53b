using TorchSharp;
using static TorchSharp.torch;

namespace LT2.Eval.Models.Verification;

/// <summary>The largest error, relative to the largest expected magnitude, that passes.</summary>
/// <param name="Relative">The bound.</param>
/// <param name="Reason">Why it is looser than the dtype's own bound, or null.</param>
public sealed record Tolerance(double Relative, string? Reason = null)
{
    /// <summary>1e-9 in float64; in float32 1e-5 on the CPU and 1e-4 on CUDA (other summation orders); 2e-2 for bfloat16 inputs.</summary>
    public static Tolerance For(ScalarType dtype, Device device) => dtype switch
    {
        ScalarType.Float64 => new(1e-9),
        ScalarType.Float32 => new(device.type == DeviceType.CUDA ? 1e-4 : 1e-5),
        _ => new(2e-2),
    };

    /// <summary>The looser of this and another bound, which brings its reason.</summary>
    public Tolerance Or(double relative, string reason) => relative > Relative ? new(relative, reason) : this;
}
