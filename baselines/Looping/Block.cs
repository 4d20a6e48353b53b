using LT2.Eval.Models.Definitions;
using LT2.Eval.Models.Layers;
using LT2.Eval.Models.Mixers;
using static TorchSharp.torch;

namespace LT2.Eval.Models.Looping;

/// <summary>One stored layer: norm, mixer, residual, norm, feed-forward, residual; with sandwich norms a second norm ends each branch (Ouro); without a feed-forward the first half alone (Mamba2).</summary>
internal sealed class Block : IDisposable
{
    readonly BlockNorm mixerNorm;
    readonly BlockNorm? mixerNormAfter, feedForwardNorm, feedForwardNormAfter;
    readonly Dictionary<MixerChoice, TokenMixer> mixers = [];
    readonly SwiGlu? gatedUnit;
    readonly ChannelMix? channelMix;
    readonly int width;

    internal Block(ModelDefinition definition, int layer, ParameterStore store)
    {
        var own = new PrefixedParameters(store, $"layers.{layer}.");
        var sandwich = definition.NormPlacement == NormPlacement.Sandwich;
        BlockNorm Norm(string name) => new(definition, own, name);
        (mixerNorm, mixerNormAfter) = (Norm("mixer_norm"), sandwich ? Norm("mixer_norm_2") : null);
        if (definition.FeedForward != FeedForwardKind.None) (feedForwardNorm, feedForwardNormAfter) = (Norm("mlp_norm"), sandwich ? Norm("mlp_norm_2") : null);
        foreach (var placement in MixerPlacement.InLayer(definition, layer))
            mixers[placement.Choice] = placement.Entry.Create(placement.Settings, new PrefixedParameters(store, placement.Prefix));
        var mlp = new PrefixedParameters(store, $"layers.{layer}.mlp.");
        if (definition.FeedForward == FeedForwardKind.SwiGlu) gatedUnit = new SwiGlu(mlp);
        if (definition.FeedForward == FeedForwardKind.ChannelMix) channelMix = new ChannelMix(mlp);
        width = definition.Width;
    }

    /// <summary>The decode state of a mixer here, with what the feed-forward keeps.</summary>
    internal MixerState NewState(MixerChoice choice, int batch, int capacityTokens, Device device, ScalarType elementType)
    {
        var state = mixers[choice].NewState(batch, capacityTokens, device, elementType);
        if (channelMix is not null) state.Add(ChannelMix.State(width), batch, device, elementType);
        return state;
    }

    internal TokenMixer Mixer(MixerChoice choice) => mixers[choice];

    /// <summary>[B, L, d] → [B, L, d]; one token with a state runs the recurrent form. The last sum may be left to whoever reads the stream next, which saves a pass over it.</summary>
    /// <param name="h">The residual stream.</param>
    /// <param name="pending">What is still to be added to it, or null.</param>
    /// <param name="choice">The mixer.</param>
    /// <param name="state">Decode state, or null.</param>
    /// <param name="call">Positions, loop and layer.</param>
    internal (Tensor H, Tensor? Pending) Forward(Tensor h, Tensor? pending, MixerChoice choice, MixerState? state, MixerCall call)
    {
        var mixer = mixers[choice];
        if (state is not null && call.Tap is null && h.shape[1] == 1 && mixerNorm.IsRootMeanSquare && mixerNormAfter is null && gatedUnit?.ServesStep(h, feedForwardNorm!.Weight) == true)
        {
            var stepped = mixer.StepWithResidual(pending is null ? h : h.add(pending), mixerNorm.Weight, mixerNorm.Epsilon, state, call);
            return (gatedUnit.StepWithResidual(stepped, feedForwardNorm.Weight, feedForwardNorm.Epsilon), null);
        }
        (h, var x) = pending is null ? mixerNorm.KeepThenNorm(h) : mixerNorm.AddThenNorm(pending, h);
        var mixed = call.Tap?.Replace(x, call) ?? (state is not null && h.shape[1] == 1 ? mixer.Step(x, state, call) : mixer.Forward(x, state, call));
        if (mixerNormAfter is not null) mixed = mixerNormAfter.Apply(mixed);
        call.Tap?.Observe(x, mixed, call);
        if (feedForwardNorm is null) return (h, mixed);
        (h, var fed) = channelMix is null ? gatedUnit!.AddNormForward(mixed, h, feedForwardNorm) : ChannelMixed(mixed, h, state);
        if (feedForwardNormAfter is not null) fed = feedForwardNormAfter.Apply(fed);
        return (h, fed);
    }

    (Tensor Sum, Tensor Y) ChannelMixed(Tensor mixed, Tensor h, MixerState? state)
    {
        var (sum, normed) = feedForwardNorm!.AddThenNorm(mixed, h);
        return (sum, channelMix!.Forward(normed, state));
    }

    /// <summary>Mixers may hold tables that outlive a call.</summary>
    public void Dispose()
    {
        foreach (var mixer in mixers.Values) (mixer as IDisposable)?.Dispose();
    }
}
