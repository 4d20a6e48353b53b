using static TorchSharp.torch;

namespace LT2.Eval.Models.Verification.Kernels;

/// <summary>One output or gradient of a kernel beside what the readable version gives in float64.</summary>
/// <param name="What">Its name.</param>
/// <param name="Given">From the kernel.</param>
/// <param name="Exact">In float64, on the CPU.</param>
internal sealed record KernelComparison(string What, Tensor Given, Tensor Exact)
{
    /// <summary>‖given − exact‖ / ‖exact‖; not a number where either is.</summary>
    public double RelativeError()
    {
        using var scope = NewDisposeScope();
        var exact = Exact.to(ScalarType.Float64);
        return Given.to(ScalarType.Float64).cpu().sub(exact).norm().item<double>() / Math.Max(exact.norm().item<double>(), 1e-30);
    }

    /// <summary>Largest absolute difference.</summary>
    public double AbsoluteError()
    {
        using var scope = NewDisposeScope();
        return Given.to(ScalarType.Float64).cpu().sub(Exact.to(ScalarType.Float64)).abs().max().item<double>();
    }
}
