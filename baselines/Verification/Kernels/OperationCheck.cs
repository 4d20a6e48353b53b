using LT2.Eval.Models.Kernels;
using static TorchSharp.torch;

namespace LT2.Eval.Models.Verification.Kernels;

/// <summary>Checks of operations whose inputs are plain random tensors: outputs and all gradients, the readable version in float64 on the CPU from the same values.</summary>
internal static class OperationCheck
{
    public static IEnumerable<KernelCheck> Of(string kernel, long[][] shapes, Func<Tensor[], Tensor[]> fused, Func<Tensor[], Tensor[]> plain, double bfloat16Tolerance = 8e-3, bool float32 = true)
    {
        if (float32) yield return One(ScalarType.Float32, 2e-5);
        yield return One(ScalarType.BFloat16, bfloat16Tolerance);

        KernelCheck One(ScalarType type, double tolerance) => new(kernel, $"{type}, {string.Join(' ', shapes.Select(shape => $"[{string.Join(',', shape)}]"))}",
            tolerance, (device, seed) => Run(device, seed, type, shapes, fused, plain));
    }

    private static IReadOnlyList<KernelComparison> Run(
        Device device, int seed, ScalarType type, long[][] shapes, Func<Tensor[], Tensor[]> fused, Func<Tensor[], Tensor[]> plain)
    {
        using var generator = new Generator((ulong)seed, CPU);
        var drawn = shapes.Select(shape => randn(shape, generator: generator).to(type)).ToArray();
        var given = drawn.Select(x => x.to(device).detach().requires_grad_(true)).ToArray();
        var exact = drawn.Select(x => x.to(ScalarType.Float64).detach().requires_grad_(true)).ToArray();
        var (outputs, expected) = (fused(given), plain(exact));
        var upstream = expected.Select(x => randn(x.shape, generator: generator).to(type)).ToArray();
        Total(outputs, upstream).backward();
        BackwardTensors.Release();
        Total(expected, upstream).backward();
        return
        [
            .. outputs.Select((output, i) => new KernelComparison($"output {i}", output.detach(), expected[i].detach())),
            .. given.Select((input, i) => new KernelComparison($"gradient of input {i}", input.grad!, exact[i].grad!)),
        ];
    }

    private static Tensor Total(Tensor[] outputs, Tensor[] upstream)
        => outputs.Select((x, i) => x.mul(upstream[i].to(x.dtype).to(x.device)).sum()).Aggregate((sum, term) => sum.add(term));
}
