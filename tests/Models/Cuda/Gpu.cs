using LT2.Eval.Models.Kernels;
using LT2.Eval.Models.Runtime;
using LT2.Eval.Models.Runtime.Cuda;
using static TorchSharp.torch;

namespace LT2.Eval.Models.Tests.Cuda;

/// <summary>The GPU of these tests, or a skip with the reason.</summary>
internal static class Gpu
{
    internal static ComputeDevice Require()
    {
        var device = ComputeDevice.Resolve("auto");
        if (!device.IsCuda) Assert.Skip("this machine has no CUDA device");
        return device;
    }

    internal static ComputeDevice RequireKernels()
    {
        var device = Require();
        if (NvrtcCompiler.Problem is { } problem) Assert.Skip(problem);
        Assert.True(FusedOperations.Enabled, FusedOperations.Description);
        return device;
    }

    internal static ScalarType Type(string name) => name == "bfloat16" ? ScalarType.BFloat16 : ScalarType.Float32;

    /// <summary>‖a − reference‖ / ‖reference‖; not a number never passes.</summary>
    internal static double RelativeError(Tensor a, Tensor reference)
    {
        using var scope = NewDisposeScope();
        var exact = reference.to(ScalarType.Float64).cpu();
        return a.to(ScalarType.Float64).cpu().sub(exact).norm().item<double>() / Math.Max(exact.norm().item<double>(), 1e-30);
    }

    /// <summary>Values and gradients of a fused operation on the GPU against the plain one in float64 on the CPU, from the same inputs.</summary>
    internal static void Compare(string type, long[][] shapes, Func<Tensor[], Tensor[]> fused, Func<Tensor[], Tensor[]> plain, double tolerance, double scale = 1)
    {
        var device = RequireKernels();
        using var scope = NewDisposeScope();
        using var generator = new Generator(11, CPU);
        var drawn = shapes.Select(shape => randn(shape, generator: generator).mul(scale).to(Type(type))).ToArray();
        var onGpu = drawn.Select(x => x.to(device.TorchDevice).detach().requires_grad_(true)).ToArray();
        var exact = drawn.Select(x => x.to(ScalarType.Float64).detach().requires_grad_(true)).ToArray();
        var (given, expected) = (fused(onGpu), plain(exact));
        for (var i = 0; i < expected.Length; i++) Near(given[i], expected[i], tolerance, $"output {i}");
        var upstream = expected.Select(x => randn(x.shape, generator: generator).to(Type(type))).ToArray();
        Total(given, upstream, device.TorchDevice).backward();
        BackwardTensors.Release();
        Total(expected, upstream, CPU).backward();
        for (var i = 0; i < drawn.Length; i++) Near(onGpu[i].grad!, exact[i].grad!, tolerance, $"gradient of input {i}");
    }

    static Tensor Total(Tensor[] outputs, Tensor[] upstream, Device device) =>
        outputs.Select((x, i) => x.mul(upstream[i].to(x.dtype).to(device)).sum()).Aggregate((sum, term) => sum.add(term));

    static void Near(Tensor given, Tensor expected, double tolerance, string what)
    {
        Assert.Equal(expected.shape, given.shape);
        var error = RelativeError(given, expected);
        Assert.True(error <= tolerance, FormattableString.Invariant($"{what} is off by {error:G3}, more than {tolerance:G3}"));
    }
}
