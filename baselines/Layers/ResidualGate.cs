using LT2.Eval.Models.Kernels;
using static TorchSharp.torch;

namespace LT2.Eval.Models.Layers;

/// <summary>The end of a loop (LT2 §2.1): h^τ = h̃^τ + ρ_τ ⊙ h^(τ−1).</summary>
internal static class ResidualGate
{
    /// <summary>(h + pending) + gate ⊙ before; without gates the sum alone.</summary>
    /// <param name="h">[…, d].</param>
    /// <param name="pending">Like h: what is still to be added to it, or null.</param>
    /// <param name="gates">[loops, d], or null.</param>
    /// <param name="loop">Whose gate; loops beyond the last have the last one's.</param>
    /// <param name="before">Like h: the stream as the loop found it.</param>
    internal static Tensor Apply(Tensor h, Tensor? pending, Tensor? gates, int loop, Tensor before)
    {
        if (gates is null) return pending is null ? h : h.add(pending);
        var row = Math.Min(loop, gates.shape[0] - 1);
        var gate = gates[row];
        if (FusedResidualGate.Serves(h, gate)) return FusedResidualGate.Apply(h, pending, gates, row, before);
        if (pending is null) return addcmul(h, gate, before, 1);
        using var sum = h.add(pending);
        return addcmul(sum, gate, before, 1);
    }
}
