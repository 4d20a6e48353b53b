using LT2.Eval.Models.Mixers;
using static TorchSharp.torch;

namespace LT2.Eval.Models.Layers;

/// <summary>
/// RWKV7's feed-forward, after FLA's <c>RWKV7FeedForward</c> (fla/models/rwkv7/modeling_rwkv7.py): W_value relu(W_key (x_t + (x_{t−1} − x_t) ⊙ μ))², no biases; x_{−1} = 0.
/// In decoding it keeps the last input beside the state of its layer's mixer.
/// </summary>
internal sealed class ChannelMix
{
    const string LastInput = "feedForward.lastInput";

    readonly Tensor mix, key, value; // [d], [F, d], [d, F]

    /// <summary>Claims <c>x_k</c>, <c>key</c>, <c>value</c>.</summary>
    internal ChannelMix(MixerParameters parameters) => (mix, key, value) = (parameters["x_k"], parameters["key.weight"], parameters["value.weight"]);

    /// <summary>Parameters with RWKV7's first values: mixes that ramp over the channels, the less the deeper; an orthogonal key; a value of zero.</summary>
    internal static IEnumerable<ParameterDescription> Describe(int width, int hidden, int layer, int layerCount)
    {
        var power = Math.Pow(1 - layer / (double)layerCount, 4);
        return
        [
            new("x_k", [width], new Initialisation.Values(() => [.. Enumerable.Range(0, width).Select(n => (float)(1 - Math.Pow(n / (double)width, power)))]), NoWeightDecay: true),
            new("key.weight", [hidden, width], new Initialisation.Orthogonal(1)),
            new("value.weight", [width, hidden], new Initialisation.Constant(0)),
        ];
    }

    /// <summary>What a state holds for it.</summary>
    internal static StateTensorDescription State(int width) => new(LastInput, [1, width], Single: false);

    /// <summary>[B, L, d] → [B, L, d].</summary>
    internal Tensor Forward(Tensor x, MixerState? state)
    {
        var length = x.shape[1];
        var before = state?[LastInput].to_type(x.dtype) ?? zeros_like(x.narrow(1, 0, 1));
        var shifted = cat([before, x.narrow(1, 0, length - 1)], 1);
        if (state is not null) state[LastInput] = x.narrow(1, length - 1, 1).detach().clone();
        return nn.functional.linear(nn.functional.linear(addcmul(x, shifted - x, mix, 1), key).relu().square(), value);
    }
}
