using LT2.Eval.Models.Mixers.Operators;
using LT2.Eval.Models.Mixers.Parts;
using static TorchSharp.torch;

namespace LT2.Eval.Models.Mixers;

/// <summary>
/// RetNet, after FLA's <c>MultiScaleRetention</c> (fla/layers/multiscale_retention.py; there heads 8, expand_k 1, expand_v 2, no convolution, swish gate): half-split RoPE
/// on q and k, a constant decay for each head, per-head RMSNorm times the gate, W_o.
/// </summary>
public sealed class RetentionMixer : RecurrentMixer
{
    private readonly Geometry shape;
    private readonly InputProjections projections;
    private readonly HeadNorm norm;
    private readonly Tensor output;

    /// <summary>What a variant file may set.</summary>
    public static IReadOnlyList<MixerOption> Options { get; } =
    [
        new("heads", "auto", "query heads; auto: the model's"),
        new("keyValueHeads", "auto", "key and value heads; auto: as many as query heads"),
        new("keyExpansion", "1", "total key width over model width"),
        new("valueExpansion", "2", "total value width over model width"),
        new("featureMap", "none", "activation of q and k: none, " + string.Join(", ", Activations.Names), ChangesWeights: false),
        new("shortConvolution", "0", "kernel of the convolution with SiLU on q, k, v; 0 for none"),
        new("convolutionBias", "false", "bias of that convolution"),
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
                .. HeadNorm.Describe(settings, s.Gated, s.ValueHead),
                ParameterDescription.Linear("o_proj.weight", settings.Width, s.Heads * s.ValueHead),
            ],
            [new("recurrent", [s.Heads, s.KeyHead, s.ValueHead], Single: true), .. InputProjections.DescribeState(s.Streams, s.Kernel)],
            _ => 5.0 * s.Heads * s.KeyHead * s.ValueHead);
    }

    /// <summary>Claims the parameters.</summary>
    public RetentionMixer(MixerSettings settings, MixerParameters parameters) : base(Describe(settings))
    {
        shape = new Geometry(settings);
        projections = new InputProjections(parameters, shape.Streams, shape.Kernel, shape.ConvolutionBias);
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
        var positions = Heads.Positions(call.Positions, x.shape[1], x.device);
        (q, k) = (RotaryEmbedding.Apply(q, positions), RotaryEmbedding.Apply(k, positions));
        (k, v) = (HeadGroups.Repeat(k, shape.Heads), HeadGroups.Repeat(v, shape.Heads));
        var initial = state?["recurrent"];
        var result = recurrent ? Retention.Recurrent(q, k, v, null, initial, inPlace: true) : Retention.Chunkwise(q, k, v, null, initial, shape.ChunkLength);
        if (state is not null)
        {
            state["recurrent"] = result.FinalState;
        }
        var o = norm.Apply(result.Output, shape.Gated ? Heads.Split(streams[3], shape.ValueHead) : null);
        return nn.functional.linear(Heads.Merge(o), output);
    }

    private sealed class Geometry
    {
        public readonly int Heads, KeyHead, ValueHead, Kernel, ChunkLength;
        public readonly bool Gated, ConvolutionBias;
        public readonly Func<Tensor, Tensor>? FeatureMap;
        public readonly ProjectionStream[] Streams;

        public Geometry(MixerSettings settings)
        {
            const string Name = "retnet";
            Heads = settings.Integer("heads", settings.HeadCount);
            var shared = settings.Integer("keyValueHeads", Heads);
            Parts.Heads.RequireGroups(Name, Heads, shared, "query heads", "key and value heads");
            KeyHead = Parts.Heads.Width(Name, "key", settings.Width * settings.Real("keyExpansion", 1), Heads);
            ValueHead = Parts.Heads.Width(Name, "value", settings.Width * settings.Real("valueExpansion", 2), Heads);
            if (KeyHead % 2 != 0)
            {
                throw new ModelException($"{Name}: the rotation needs an even key head width, not {KeyHead}.");
            }
            Kernel = Parts.Heads.AtLeast(Name, "shortConvolution", settings.Integer("shortConvolution", 0), 0);
            ConvolutionBias = settings.Switch("convolutionBias", false);
            Gated = settings.Switch("outputGate", true);
            FeatureMap = Activations.Find(settings.Word("featureMap", "none", ["none", .. Activations.Names]));
            ChunkLength = Parts.Heads.AtLeast(Name, "chunkLength", settings.Integer("chunkLength", 64), 1);
            ProjectionStream[] streams =
            [
                new("q_proj", Heads * KeyHead, "q_conv1d"), new("k_proj", shared * KeyHead, "k_conv1d"), new("v_proj", shared * ValueHead, "v_conv1d"),
            ];
            Streams = Gated ? [.. streams, new("g_proj", Heads * ValueHead)] : streams;
        }
    }
}
