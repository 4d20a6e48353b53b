using LT2.Eval.Models.Definitions;
using LT2.Eval.Models.Layers;
using LT2.Eval.Models.Mixers;
using static TorchSharp.torch;

namespace LT2.Eval.Models.Looping;

/// <summary>One stored layer: norm, mixer, residual, norm, feed-forward, residual; with sandwich norms a second norm ends each branch (Ouro).</summary>
internal sealed class Block : IDisposable
{
    readonly Tensor mixerNorm, feedForwardNorm;
    readonly Tensor? mixerNormAfter, feedForwardNormAfter;
    readonly Dictionary<MixerChoice, TokenMixer> mixers = [];
    readonly SwiGlu feedForward;
    readonly double epsilon;

    internal Block(ModelDefinition definition, int layer, ParameterStore store)
    {
        var own = new PrefixedParameters(store, $"layers.{layer}.");
        mixerNorm = own["mixer_norm.weight"];
        feedForwardNorm = own["mlp_norm.weight"];
        if (definition.NormPlacement == NormPlacement.Sandwich) (mixerNormAfter, feedForwardNormAfter) = (own["mixer_norm_2.weight"], own["mlp_norm_2.weight"]);
        foreach (var placement in MixerPlacement.InLayer(definition, layer))
            mixers[placement.Choice] = placement.Entry.Create(placement.Settings, new PrefixedParameters(store, placement.Prefix));
        feedForward = new SwiGlu(new PrefixedParameters(store, $"layers.{layer}.mlp."));
        epsilon = definition.NormEpsilon;
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
        if (state is not null && call.Tap is null && h.shape[1] == 1 && mixerNormAfter is null && feedForwardNormAfter is null && feedForward.ServesStep(h, feedForwardNorm))
            return (feedForward.StepWithResidual(mixer.StepWithResidual(pending is null ? h : h.add(pending), mixerNorm, epsilon, state, call), feedForwardNorm, epsilon), null);
        Tensor x;
        if (pending is null) x = RmsNorm.Apply(h, mixerNorm, epsilon);
        else (h, x) = RmsNorm.AddThenNorm(pending, h, mixerNorm, epsilon);
        var mixed = call.Tap?.Replace(x, call) ?? (state is not null && h.shape[1] == 1 ? mixer.Step(x, state, call) : mixer.Forward(x, state, call));
        if (mixerNormAfter is not null) mixed = RmsNorm.Apply(mixed, mixerNormAfter, epsilon);
        call.Tap?.Observe(x, mixed, call);
        (h, var normed) = RmsNorm.AddThenNorm(mixed, h, feedForwardNorm, epsilon);
        var fed = feedForward.Forward(normed);
        if (feedForwardNormAfter is not null) fed = RmsNorm.Apply(fed, feedForwardNormAfter, epsilon);
        return (h, fed);
    }

    /// <summary>Mixers may hold tables that outlive a call.</summary>
    public void Dispose()
    {
        foreach (var mixer in mixers.Values) (mixer as IDisposable)?.Dispose();
    }
}
