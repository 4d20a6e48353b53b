using LT2.Eval.Models.Mixers;
using static TorchSharp.torch;

namespace LT2.Eval.Models.Looping;

/// <summary>Something that sees the mixers of a forward pass, or stands in for some of them: for conversion and measurement.</summary>
internal interface IMixerTap
{
    /// <summary>What runs instead of the layer's own mixer, or null for that one.</summary>
    /// <param name="x">The mixer's input, [B, L, d], normed.</param>
    /// <param name="call">Loop, layer and positions.</param>
    Tensor? Replace(Tensor x, MixerCall call);

    /// <summary>Called after the mixer.</summary>
    /// <param name="x">The mixer's input.</param>
    /// <param name="contribution">What enters the residual stream: the mixer's output, through the second norm where blocks have one.</param>
    /// <param name="call">Loop, layer and positions.</param>
    void Observe(Tensor x, Tensor contribution, MixerCall call);
}
