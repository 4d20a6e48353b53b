using LT2.Eval.Models.Kernels;
using TorchSharp;
using static TorchSharp.torch;

namespace LT2.Eval.Models.Verification.Kernels;

/// <summary>Runs every kernel on fresh random inputs and compares outputs and gradients with the readable version in float64.</summary>
public static class KernelVerifier
{
    /// <summary>Checks all kernels.</summary>
    /// <param name="device">A CUDA device with NVRTC.</param>
    /// <param name="seed">Of the random inputs.</param>
    /// <returns>A verdict for each kernel and shape; <see cref="CaseVerdict.Source"/> names the seed.</returns>
    /// <exception cref="ModelException">There are no kernels on this device.</exception>
    public static IReadOnlyList<CaseVerdict> Verify(Device device, int seed)
    {
        Runtime.TorchRuntime.EnsureLoaded();
        using var probe = zeros(1, ScalarType.Float32, device);
        if (device.type != DeviceType.CUDA || !FusedOperations.Serves(probe))
        {
            throw new ModelException($"Kernels run on CUDA only; on {device} there is nothing to check ({FusedOperations.Description}). Give --device cuda on a host with a GPU.");
        }
        return [.. KernelChecks.All.Select((check, index) => Verify(check, device, unchecked(seed + index), seed))];
    }

    private static CaseVerdict Verify(KernelCheck check, Device device, int ownSeed, int seed)
    {
        var source = FormattableString.Invariant($"random inputs, seed {seed}");
        try
        {
            using var scope = NewDisposeScope();
            var comparisons = check.Run(device, ownSeed).Select(c => (c.What, Relative: c.RelativeError(), Absolute: c.AbsoluteError())).ToList();
            // Not a number is worse than any error.
            var worst = comparisons.MaxBy(c => double.IsNaN(c.Relative) ? double.PositiveInfinity : c.Relative);
            var passed = worst.Relative <= check.Tolerance;
            return new CaseVerdict(source, check.Kernel, check.Case, passed, comparisons.Max(c => c.Absolute), worst.Relative, check.Tolerance, "error in norm", worst.What,
                passed ? null : FormattableString.Invariant($"{worst.What} is off by {worst.Relative:G3}"));
        }
        // A kernel that fails to compile or to launch is a failed check; the rest is still worth knowing.
        catch (Exception error) when (error is not OutOfMemoryException)
        {
            return CaseVerdict.NotRun(source, check.Kernel, check.Case, CaseVerdict.Reason(error));
        }
    }
}
