using static TorchSharp.torch;

namespace LT2.Eval.Models.Mixers.Parts;

/// <summary>A mixer whose parallel and recurrent forms differ only in the operator they call: projections, gates and output are written once.</summary>
public abstract class RecurrentMixer : TokenMixer
{
    /// <summary>Keeps the description.</summary>
    private protected RecurrentMixer(MixerDescription description) : base(description)
    {
    }

    /// <inheritdoc/>
    public sealed override Tensor Forward(Tensor x, MixerState? state, MixerCall call) => Run(x, state, call, recurrent: false);

    /// <inheritdoc/>
    public sealed override Tensor Step(Tensor x, MixerState state, MixerCall call) => Run(x, state, call, recurrent: true);

    /// <summary>Both forms.</summary>
    private protected abstract Tensor Run(Tensor x, MixerState? state, MixerCall call, bool recurrent);
}
