using LT2.Eval.Models.Runtime.Cuda;
using static TorchSharp.torch;

namespace LT2.Eval.Models.Kernels;

/// <summary>What kernels over heads [B, L, H, D] ask of their inputs.</summary>
internal static class HeadRows
{
    /// <summary>The tensor, copied unless each head's channels follow one another from a 16-byte boundary.</summary>
    internal static Tensor Wide(Tensor x)
    {
        var vector = FusedOperations.Vector(x);
        var wide = x.stride(-1) == 1 && FusedOperations.IsAligned(x) && Enumerable.Range(0, (int)x.dim() - 1).All(axis => x.stride(axis) % vector == 0);
        return wide ? x : x.contiguous();
    }

    /// <summary>Where kernels find the heads: each tensor's strides of sequence, token and head, in elements.</summary>
    internal static KernelArgument[] Strides(params ReadOnlySpan<Tensor> tensors)
    {
        var strides = new KernelArgument[3 * tensors.Length];
        for (var i = 0; i < strides.Length; i++) strides[i] = tensors[i / 3].stride(i % 3);
        return strides;
    }

    /// <summary>The scale of scores for kernels whose exponentials have base 2.</summary>
    internal static float Scale(double? scale, long width) => (float)((scale ?? Math.Pow(width, -0.5)) * Math.Log2(Math.E));
}
