using static TorchSharp.torch;

namespace LT2.Eval.Models.Mixers;

/// <summary>What a mixer may know about the call it serves, beside its input.</summary>
public sealed class MixerCall
{
    /// <summary>Where the tokens stand.</summary>
    public required SequencePositions Positions { get; init; }

    /// <summary>Loop, from 0.</summary>
    public int LoopIndex { get; init; }

    /// <summary>Stored layer, from 0.</summary>
    public int LayerIndex { get; init; }

    /// <summary>
    /// What one layer hands to later layers and loops of the same forward pass, by name: RWKV7's <c>v_first</c>, carried states. One dictionary a pass;
    /// its tensors belong to the pass's dispose scope. In decoding it holds the values of the current token(s) only.
    /// </summary>
    public IDictionary<string, Tensor> Shared { get; init; } = new Dictionary<string, Tensor>(StringComparer.Ordinal);

    /// <summary>Where a mixer adds a scalar auxiliary loss (DSA's indexer KL), mean over the tokens of this call; null where nobody collects them.</summary>
    public IList<Tensor>? AuxiliaryLosses { get; init; }

    /// <summary>Who sees or replaces the mixer of this call; null for nobody.</summary>
    internal Looping.IMixerTap? Tap { get; init; }
}
