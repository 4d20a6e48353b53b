using LT2.Eval.Models.Mixers.Operators;
using LT2.Eval.Models.Mixers.Parts;
using static TorchSharp.torch;

namespace LT2.Eval.Models.Mixers;

/// <summary>
/// GLA, after FLA's <c>GatedLinearAttention</c> (fla/layers/gla.py; there heads 4, expand_k 0.5, expand_v 1, gate rank 16, logits over 16, no convolution, swish gate):
/// <c>g = logsigmoid(W₂W₁x + b) / 16</c> for each key channel, per-head RMSNorm times the gate, W_o.
/// </summary>
public sealed class GatedLinearAttentionMixer : RecurrentMixer
{
    private readonly Geometry shape;
    private readonly InputProjections projections;
    private readonly Tensor decayUp, decayBias, output;
    private readonly HeadNorm norm;

    /// <summary>What a variant file may set.</summary>
    public static IReadOnlyList<MixerOption> Options { get; } =
    [
        new("heads", "auto", "query heads; auto: the model's"),
        new("keyValueHeads", "auto", "key and value heads; auto: as many as query heads"),
        new("keyExpansion", "0.5", "total key width over model width"),
        new("valueExpansion", "1", "total value width over model width"),
        new("featureMap", "none", "activation of q and k: none, " + string.Join(", ", Activations.Names), ChangesWeights: false),
        new("shortConvolution", "0", "kernel of the convolution with SiLU on q, k, v; 0 for none"),
        new("convolutionBias", "false", "bias of that convolution"),
        new("gateLowRank", "16", "rank of the decay gate's map"),
        new("gateLogitNormaliser", "16", "what the log decay is divided by", ChangesWeights: false),
        new("clampMinimum", "auto", "least log decay; auto: none", ChangesWeights: false),
        .. HeadNorm.Options,
        new("chunkLength", "64", "tokens a chunk of the parallel form", ChangesWeights: false),
    ];

    /// <summary>Parameters, state and operations.</summary>
    public static MixerDescription Describe(MixerSettings settings)
    {
        var s = new Geometry(settings);
        return new MixerDescription(
            [
                .. InputProjections.Describe(s.Streams, settings.Width, s.Kernel, s.ConvolutionBias),
                ParameterDescription.Linear("gk_proj.1.weight", s.SharedKeyWidth, s.Rank),
                ParameterDescription.Bias("gk_proj.1.bias", s.SharedKeyWidth),
                .. HeadNorm.Describe(settings, s.Gated, s.ValueHead),
                ParameterDescription.Linear("o_proj.weight", settings.Width, s.Heads * s.ValueHead),
            ],
            [new("recurrent", [s.Heads, s.KeyHead, s.ValueHead], Single: true), .. InputProjections.DescribeState(s.Streams, s.Kernel)],
            _ => 5.0 * s.Heads * s.KeyHead * s.ValueHead);
    }

    /// <summary>Claims the parameters.</summary>
    public GatedLinearAttentionMixer(MixerSettings settings, MixerParameters parameters) : base(Describe(settings))
    {
        shape = new Geometry(settings);
        projections = new InputProjections(parameters, shape.Streams, shape.Kernel, shape.ConvolutionBias);
        (decayUp, decayBias) = (parameters["gk_proj.1.weight"], parameters["gk_proj.1.bias"]);
        norm = new HeadNorm(settings, parameters, shape.Gated);
        output = parameters["o_proj.weight"];
    }

    private protected override Tensor Run(Tensor x, MixerState? state, MixerCall call, bool recurrent)
    {
        var streams = projections.Apply(x, state, silu: true);
        var (q, k, v) = (Heads.Split(streams[0], shape.KeyHead), Heads.Split(streams[1], shape.KeyHead), Heads.Split(streams[2], shape.ValueHead));
        if (shape.FeatureMap is { } map)
        {
            (q, k) = (map(q), map(k));
        }
        var logits = Heads.Split(nn.functional.linear(streams[3], decayUp, decayBias), shape.KeyHead);
        var g = HeadGroups.Repeat(DecayGates.GatedLinearAttention(logits, shape.Normaliser, shape.ClampMinimum), shape.Heads);
        (k, v) = (HeadGroups.Repeat(k, shape.Heads), HeadGroups.Repeat(v, shape.Heads));
        var initial = state?["recurrent"];
        var result = recurrent
            ? GatedLinearAttention.Recurrent(q, k, v, g, null, initial, inPlace: true)
            : GatedLinearAttention.Chunkwise(q, k, v, g, null, initial, shape.ChunkLength);
        if (state is not null)
        {
            state["recurrent"] = result.FinalState;
        }
        var o = norm.Apply(result.Output, shape.Gated ? Heads.Split(streams[4], shape.ValueHead) : null);
        return nn.functional.linear(Heads.Merge(o), output);
    }

    private sealed class Geometry
    {
        public readonly int Heads, KeyHead, ValueHead, SharedKeyWidth, Rank, Kernel, ChunkLength;
        public readonly bool Gated, ConvolutionBias;
        public readonly double Normaliser;
        public readonly double? ClampMinimum;
        public readonly Func<Tensor, Tensor>? FeatureMap;
        public readonly ProjectionStream[] Streams;

        public Geometry(MixerSettings settings)
        {
            const string Name = "gla";
            Heads = settings.Integer("heads", settings.HeadCount);
            var shared = settings.Integer("keyValueHeads", Heads);
            Parts.Heads.RequireGroups(Name, Heads, shared, "query heads", "key and value heads");
            KeyHead = Parts.Heads.Width(Name, "key", settings.Width * settings.Real("keyExpansion", 0.5), Heads);
            ValueHead = Parts.Heads.Width(Name, "value", settings.Width * settings.Real("valueExpansion", 1), Heads);
            SharedKeyWidth = shared * KeyHead;
            Rank = Parts.Heads.AtLeast(Name, "gateLowRank", settings.Integer("gateLowRank", 16), 1);
            Kernel = Parts.Heads.AtLeast(Name, "shortConvolution", settings.Integer("shortConvolution", 0), 0);
            ConvolutionBias = settings.Switch("convolutionBias", false);
            Gated = settings.Switch("outputGate", true);
            Normaliser = settings.Real("gateLogitNormaliser", 16);
            var clamp = settings.Real("clampMinimum", double.NaN);
            ClampMinimum = double.IsNaN(clamp) ? null : clamp;
            FeatureMap = Activations.Find(settings.Word("featureMap", "none", ["none", .. Activations.Names]));
            ChunkLength = Parts.Heads.AtLeast(Name, "chunkLength", settings.Integer("chunkLength", 64), 1);
            ProjectionStream[] streams =
            [
                new("q_proj", Heads * KeyHead, "q_conv1d"), new("k_proj", SharedKeyWidth, "k_conv1d"),
                new("v_proj", shared * ValueHead, "v_conv1d"), new("gk_proj.0", Rank),
            ];
            Streams = Gated ? [.. streams, new("g_proj", Heads * ValueHead)] : streams;
        }
    }
}
