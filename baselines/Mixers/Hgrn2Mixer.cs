using LT2.Eval.Models.Mixers.Operators;
using LT2.Eval.Models.Mixers.Parts;
using static TorchSharp.torch;

namespace LT2.Eval.Models.Mixers;

/// <summary>
/// HGRN2, after FLA's <c>HGRN2Attention</c> (fla/layers/hgrn2.py; there expand_ratio 128 = Dk, heads = width / 128, no convolution): <c>q = swish(W_q x)</c>,
/// <c>g = ln(lb + (1−lb)σ(W_f x))</c>, key <c>1 − e^g</c>, value <c>W_i x</c>; one RMSNorm over all heads jointly with FLA's fixed ε 1e-5, no gate, W_o. The convolution has no activation.
/// Lower bounds belong to FLA's model, not its layer: <c>none</c> as in LT2, <c>layered</c>, the value l / N at which FLA's learned table starts for stored layer l of N,
/// or <c>learned</c>, one a channel, which starts there and holds what an imported table says (a layer that is looped keeps its bound in every loop; layer 0 has none).
/// </summary>
public sealed class Hgrn2Mixer : RecurrentMixer
{
    internal const string BoundName = "lower_bound";

    private const double NormEpsilon = 1e-5;

    private readonly Geometry shape;
    private readonly InputProjections projections;
    private readonly Tensor output;
    private readonly Tensor? norm, learnedBound;

    /// <summary>What a variant file may set.</summary>
    public static IReadOnlyList<MixerOption> Options { get; } =
    [
        new("expandRatio", "auto", "key width of a head; auto: width / heads"),
        new("heads", "auto", "heads; auto: width / expandRatio where that is given, else the model's"),
        new("shortConvolution", "0", "kernel of the convolution on q, f, i, without activation; 0 for none"),
        new("convolutionBias", "false", "bias of that convolution"),
        new("normWeight", "true", "whether the output norm has a weight"),
        new("lowerBound", "none", "lower bound of the forget gate: none, layered (l / N), or learned, one a channel"),
        new("chunkLength", "64", "tokens a chunk of the parallel form", ChangesWeights: false),
    ];

    /// <summary>Parameters, state and operations.</summary>
    public static MixerDescription Describe(MixerSettings settings)
    {
        var s = new Geometry(settings);
        var parameters = InputProjections.Describe(s.Streams, settings.Width, s.Kernel, s.ConvolutionBias).ToList();
        if (s.NormWeight)
        {
            parameters.Add(ParameterDescription.Norm("g_norm.weight", settings.Width));
        }
        if (s.LearnedBound)
        {
            parameters.Add(new(BoundName, [s.Heads * s.KeyHead], new Initialisation.Constant(s.LowerBound), NoWeightDecay: true));
        }
        parameters.Add(ParameterDescription.Linear("o_proj.weight", settings.Width, settings.Width));
        return new MixerDescription(
            parameters,
            [new("recurrent", [s.Heads, s.KeyHead, s.ValueHead], Single: true), .. InputProjections.DescribeState(s.Streams, s.Kernel)],
            _ => 5.0 * s.Heads * s.KeyHead * s.ValueHead);
    }

    /// <summary>Claims the parameters.</summary>
    public Hgrn2Mixer(MixerSettings settings, MixerParameters parameters) : base(Describe(settings))
    {
        shape = new Geometry(settings);
        projections = new InputProjections(parameters, shape.Streams, shape.Kernel, shape.ConvolutionBias);
        norm = shape.NormWeight ? parameters["g_norm.weight"] : null;
        learnedBound = shape.LearnedBound ? parameters[BoundName] : null;
        output = parameters["o_proj.weight"];
    }

    private protected override Tensor Run(Tensor x, MixerState? state, MixerCall call, bool recurrent)
    {
        var streams = projections.Apply(x, state, silu: false);
        var q = Heads.Split(nn.functional.silu(streams[0]), shape.KeyHead);
        var f = Heads.Split(streams[1], shape.KeyHead);
        var v = Heads.Split(streams[2], shape.ValueHead);
        // A bound of training may leave [0, 1), where its logarithm exists.
        var bound = learnedBound is not null ? learnedBound.reshape(shape.Heads, shape.KeyHead).clamp(1e-6, 1 - 1e-6)
            : shape.LowerBound > 0 ? full([1], shape.LowerBound, dtype: WorkingPrecision.Of(x.dtype), device: x.device) : null;
        var (g, k) = DecayGates.Hgrn2(f, bound);
        var initial = state?["recurrent"];
        var result = recurrent
            ? GatedLinearAttention.Recurrent(q, k, v, g, null, initial, inPlace: true)
            : GatedLinearAttention.Chunkwise(q, k, v, g, null, initial, shape.ChunkLength);
        if (state is not null)
        {
            state["recurrent"] = result.FinalState;
        }
        return nn.functional.linear(Normalisation.RootMeanSquare(Heads.Merge(result.Output), norm, NormEpsilon), output);
    }

    private sealed class Geometry
    {
        public readonly int Heads, KeyHead, ValueHead, Kernel, ChunkLength;
        public readonly bool NormWeight, ConvolutionBias, LearnedBound;
        public readonly double LowerBound;
        public readonly ProjectionStream[] Streams;

        public Geometry(MixerSettings settings)
        {
            const string Name = "hgrn2";
            var ratio = settings.Integer("expandRatio", 0);
            Heads = settings.Integer("heads", ratio > 0 ? settings.Width / ratio : settings.HeadCount);
            ValueHead = Parts.Heads.Width(Name, "model", settings.Width, Heads);
            KeyHead = ratio > 0 ? ratio : ValueHead;
            Kernel = Parts.Heads.AtLeast(Name, "shortConvolution", settings.Integer("shortConvolution", 0), 0);
            ConvolutionBias = settings.Switch("convolutionBias", false);
            NormWeight = settings.Switch("normWeight", true);
            var kind = settings.Word("lowerBound", "none", "none", "layered", "learned");
            LowerBound = kind != "none" ? (double)settings.LayerIndex / settings.LayerCount : 0;
            LearnedBound = kind == "learned" && settings.LayerIndex > 0;
            ChunkLength = Parts.Heads.AtLeast(Name, "chunkLength", settings.Integer("chunkLength", 64), 1);
            Streams = [new("q_proj", Heads * KeyHead, "q_conv1d"), new("f_proj", Heads * KeyHead, "f_conv1d"), new("i_proj", settings.Width, "i_conv1d")];
        }
    }
}
