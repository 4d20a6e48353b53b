using LT2.Eval.Models.Runtime;
using static TorchSharp.torch;

namespace LT2.Eval.Benchmarks.Cuda;

/// <summary>What this GPU can do at most: a copy (bytes read plus written) and a bfloat16 product on random data.</summary>
internal static class DeviceLimits
{
    internal static IEnumerable<CudaFigure> Measure(ComputeDevice device)
    {
        using var scope = NewDisposeScope();
        using var noGrad = no_grad();
        const long bytes = 4L << 30;
        var from = empty(bytes / 2, ScalarType.BFloat16, device.TorchDevice).normal_();
        var to = empty_like(from);
        var copy = CudaTimer.Time("copy", "eager", () => to.copy_(from), repetitions: 5, blocks: 7);
        yield return copy with { Values = new Dictionary<string, double> { ["terabytesPerSecond"] = 2 * bytes / copy.MedianMilliseconds / 1e9 } };
        const long n = 8192;
        var a = randn(n, n, ScalarType.BFloat16, device.TorchDevice);
        var b = randn(n, n, ScalarType.BFloat16, device.TorchDevice);
        var product = CudaTimer.Time("product", "eager", () => a.matmul(b).Dispose(), repetitions: 10, blocks: 7);
        yield return product with { Values = new Dictionary<string, double> { ["teraflopsPerSecond"] = 2.0 * n * n * n / product.MedianMilliseconds / 1e9 } };
    }
}
