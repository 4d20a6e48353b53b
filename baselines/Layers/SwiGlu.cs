using LT2.Eval.Models.Kernels;
using LT2.Eval.Models.Mixers;
using static TorchSharp.torch;

namespace LT2.Eval.Models.Layers;

/// <summary>The feed-forward part of a block: W_down (silu(W_gate x) ⊙ W_up x), no biases (Shazeer, 2020). Gate and up are one product.</summary>
public sealed class SwiGlu
{
    readonly Tensor gateAndUp; // [2 F, d]
    readonly Tensor down;      // [d, F]

    /// <summary>Claims <c>gate_proj</c>, <c>up_proj</c>, <c>down_proj</c>.</summary>
    public SwiGlu(MixerParameters parameters)
    {
        gateAndUp = parameters.Packed("gate_proj.weight", "up_proj.weight");
        down = parameters["down_proj.weight"];
    }

    /// <summary>Whether <see cref="StepWithResidual"/> may take this input.</summary>
    internal bool ServesStep(Tensor h, Tensor normWeight) =>
        DecodeLinear.Serves(h, gateAndUp, normWeight) && down.shape[1] % 32 == 0 && down.is_contiguous() && FusedOperations.IsAligned(down);

    /// <summary>h + W_down (silu(W_gate n) ⊙ W_up n) with n = norm(h), for the few rows of a decode step, in two launches.</summary>
    internal Tensor StepWithResidual(Tensor h, Tensor normWeight, double epsilon) =>
        DecodeLinear.Apply(DecodeLinear.GatedUnit(h, gateAndUp, (normWeight, epsilon)), down, residual: h);

    /// <summary>x + residual, and the feed-forward of its norm.</summary>
    internal (Tensor Sum, Tensor Y) AddNormForward(Tensor x, Tensor residual, BlockNorm norm)
    {
        if (norm.IsRootMeanSquare && FusedNarrowFeedForward.Serves(x, norm.Weight, gateAndUp, down))
            return FusedNarrowFeedForward.Apply(x, residual, norm.Weight, norm.Epsilon, gateAndUp, down);
        var (sum, normed) = norm.AddThenNorm(x, residual);
        return (sum, Forward(normed));
    }

    /// <summary>[…, d] → […, d].</summary>
    public Tensor Forward(Tensor x)
    {
        var packed = Linear.Apply(x, gateAndUp);
        if (FusedSwiGlu.Serves(packed)) return Linear.Apply(FusedSwiGlu.Apply(packed), down);
        var both = packed.chunk(2, -1);
        return Linear.Apply(nn.functional.silu(both[0]).mul(both[1]), down);
    }
}
