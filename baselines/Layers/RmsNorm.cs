using LT2.Eval.Models.Kernels;
using static TorchSharp.torch;

namespace LT2.Eval.Models.Layers;

/// <summary>RMSNorm: y = x · rsqrt(mean(x²) + ε) · w over the last axis, statistics in at least float32 (Zhang and Sennrich, 2019).</summary>
public static class RmsNorm
{
    /// <summary>The norm with a weight.</summary>
    /// <param name="x">[…, d].</param>
    /// <param name="weight">[d].</param>
    /// <param name="epsilon">ε inside the root.</param>
    public static Tensor Apply(Tensor x, Tensor weight, double epsilon) =>
        FusedRmsNorm.Serves(x, weight) ? FusedRmsNorm.Apply(x, weight, epsilon) : Statistics(x, epsilon).type_as(x).mul(weight);

    /// <summary>x and its norm, for a stream that is read further.</summary>
    /// <param name="x">[…, d].</param>
    /// <param name="weight">[d].</param>
    /// <param name="epsilon">ε inside the root.</param>
    public static (Tensor Kept, Tensor Normed) KeepThenNorm(Tensor x, Tensor weight, double epsilon) =>
        FusedRmsNorm.Serves(x, weight) ? FusedRmsNorm.KeepThenNorm(x, weight, epsilon) : (x, Apply(x, weight, epsilon));

    /// <summary>h = x + residual and norm(h) · weight.</summary>
    /// <param name="x">[…, d].</param>
    /// <param name="residual">Like <paramref name="x"/>.</param>
    /// <param name="weight">[d].</param>
    /// <param name="epsilon">ε inside the root.</param>
    public static (Tensor Sum, Tensor Normed) AddThenNorm(Tensor x, Tensor residual, Tensor weight, double epsilon)
    {
        if (FusedRmsNorm.Serves(x, weight)) return FusedRmsNorm.AddThenNorm(x, residual, weight, epsilon);
        var sum = x.add(residual);
        return (sum, Apply(sum, weight, epsilon));
    }

    /// <summary>The norm times an activated gate: norm first, gate second (FLA's gated norms).</summary>
    /// <param name="x">[…, Dv].</param>
    /// <param name="weight">[Dv].</param>
    /// <param name="activatedGate">Like <paramref name="x"/>, already through its activation.</param>
    /// <param name="epsilon">ε inside the root.</param>
    public static Tensor Gated(Tensor x, Tensor weight, Tensor activatedGate, double epsilon) => Apply(x, weight, epsilon).mul(activatedGate);

    static Tensor Statistics(Tensor x, double epsilon)
    {
        var wide = x.dtype is ScalarType.Float64 or ScalarType.Float32 ? x : x.to(ScalarType.Float32);
        return wide.mul(wide.square().mean([-1], keepdim: true).add_(epsilon).rsqrt_());
    }
}
