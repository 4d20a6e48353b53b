using static TorchSharp.torch;

namespace LT2.Eval.Models.Mixers.Parts;

/// <summary>FLA's <c>LoRA</c> module: <c>W₂ act(W₁ x) + b</c>, named <c>PREFIX.lora.0</c> and <c>PREFIX.lora.2</c>; W₁ zero at first, W₂ orthogonal with a gain of 0.1.</summary>
internal sealed class LowRank
{
    private readonly Tensor down, up;
    private readonly Tensor? bias;
    private readonly Func<Tensor, Tensor>? activation;

    /// <summary>Claims the parameters.</summary>
    public LowRank(string prefix, MixerParameters parameters, Func<Tensor, Tensor>? activation)
    {
        (down, up) = (parameters[prefix + ".lora.0.weight"], parameters[prefix + ".lora.2.weight"]);
        bias = parameters.Has(prefix + ".lora.2.bias") ? parameters[prefix + ".lora.2.bias"] : null;
        this.activation = activation;
    }

    /// <summary>Parameters; without <paramref name="bias"/> there is none.</summary>
    public static IEnumerable<ParameterDescription> Describe(string prefix, int input, int rank, int output, Initialisation? bias)
    {
        var gain = rank > output ? Math.Sqrt((double)rank / output) : 1;
        yield return new(prefix + ".lora.0.weight", [rank, input], new Initialisation.Constant(0));
        yield return new(prefix + ".lora.2.weight", [output, rank], new Initialisation.Orthogonal(0.1 * gain));
        if (bias is not null)
        {
            yield return new(prefix + ".lora.2.bias", [output], bias, NoWeightDecay: true);
        }
    }

    /// <summary>x <c>[B,L,d]</c>.</summary>
    public Tensor Apply(Tensor x)
    {
        var hidden = nn.functional.linear(x, down);
        return nn.functional.linear(activation is null ? hidden : activation(hidden), up, bias);
    }
}
