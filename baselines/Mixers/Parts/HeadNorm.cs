using LT2.Eval.Models.Mixers.Operators;
using static TorchSharp.torch;

namespace LT2.Eval.Models.Mixers.Parts;

/// <summary>
/// The output of GLA and RetNet: RMSNorm over each head, times an activated gate. flash-linear-attention names the weight <c>g_norm_swish_gate</c> where it fuses norm and swish
/// gate, and <c>g_norm</c> otherwise; the values are the same.
/// </summary>
internal sealed class HeadNorm
{
    private readonly Tensor? weight;
    private readonly double epsilon;
    private readonly Func<Tensor, Tensor>? activation;

    /// <summary>Claims the weight.</summary>
    public HeadNorm(MixerSettings settings, MixerParameters parameters, bool gated)
    {
        weight = settings.Switch("normWeight", true) ? parameters[Name(settings, gated)] : null;
        epsilon = settings.OutputNormEpsilon;
        activation = gated ? Activations.Find(GateName(settings)) : null;
    }

    /// <summary>Options of a mixer with this output.</summary>
    public static IReadOnlyList<MixerOption> Options { get; } =
    [
        new("outputGate", "true", "gate on the normed output"),
        new("gateActivation", "swish", "activation of the output gate: " + string.Join(", ", Activations.Names)),
        new("normWeight", "true", "whether the output norm has a weight"),
        new("fuseNorm", "true", "which of FLA's two names the norm's weight has; nothing else", ChangesWeights: false),
        MixerOption.NormEpsilon,
    ];

    /// <summary>The weight, where there is one.</summary>
    public static IEnumerable<ParameterDescription> Describe(MixerSettings settings, bool gated, int width)
        => settings.Switch("normWeight", true) ? [ParameterDescription.Norm(Name(settings, gated), width)] : [];

    /// <summary>o, gate <c>[B,L,H,Dv]</c>.</summary>
    public Tensor Apply(Tensor o, Tensor? gate)
    {
        var normed = Normalisation.RootMeanSquare(o, weight, epsilon);
        return gate is null || activation is null ? normed : normed * activation(gate);
    }

    private static string GateName(MixerSettings settings) => settings.Word("gateActivation", "swish", Activations.Names);

    private static string Name(MixerSettings settings, bool gated)
        => gated && settings.Switch("fuseNorm", true) && GateName(settings) == "swish" ? "g_norm_swish_gate.weight" : "g_norm.weight";
}
