using LT2.Eval.Models.Mixers.Operators;
using LT2.Eval.Models.Mixers.Parts;
using static TorchSharp.torch;

namespace LT2.Eval.Models.Mixers;

/// <summary>
/// Gated DeltaProduct, after FLA's <c>GatedDeltaProduct</c> (fla/layers/gated_deltaproduct.py; there heads 6, head_dim 256, expand_v 2, two Householder writes a token, negative eigenvalues
/// allowed, forget gate, output gate, convolution 4 with SiLU): k, v and β have n rows a token; otherwise as Gated DeltaNet.
/// </summary>
public sealed class GatedDeltaProductMixer : RecurrentMixer
{
    private readonly Geometry shape;
    private readonly InputProjections projections;
    private readonly Tensor? aLog, dtBias;
    private readonly Tensor norm, output;
    private readonly double normEpsilon;

    /// <summary>What a variant file may set.</summary>
    public static IReadOnlyList<MixerOption> Options { get; } =
    [
        new("heads", "auto", "key heads; auto: the model's"),
        new("valueHeads", "auto", "value heads, a multiple of the key heads; auto: as many"),
        new("headDimension", "auto", "width of a key head; auto: 0.75 · width / heads"),
        new("valueExpansion", "2", "value head width over key head width"),
        new("writesPerToken", "2", "Householder writes a token"),
        new("allowNegativeEigenvalues", "true", "β in (0, 2) instead of (0, 1)", ChangesWeights: false),
        new("forgetGate", "true", "scalar decay a value head and token"),
        new("outputGate", "true", "swish gate on the normed output"),
        new("shortConvolution", "4", "kernel of the convolution with SiLU on q, k, v; 0 for SiLU alone"),
        new("convolutionBias", "false", "bias of that convolution"),
        MixerOption.NormEpsilon,
        new("chunkLength", "64", "writes a chunk of the parallel form", ChangesWeights: false),
    ];

    /// <summary>Parameters, state and operations.</summary>
    public static MixerDescription Describe(MixerSettings settings)
    {
        var s = new Geometry(settings);
        var parameters = InputProjections.Describe(s.Streams, settings.Width, s.Kernel, s.ConvolutionBias).ToList();
        if (s.ForgetGate)
        {
            parameters.Add(new("A_log", [s.ValueHeads], new Initialisation.LogOfUniform(0, 16), NoWeightDecay: true));
            parameters.Add(new("dt_bias", [s.ValueHeads], new Initialisation.InverseSoftplusOfLogUniform(), NoWeightDecay: true));
        }
        parameters.Add(ParameterDescription.Norm("o_norm.weight", s.ValueHead));
        parameters.Add(ParameterDescription.Linear("o_proj.weight", settings.Width, s.ValueHeads * s.ValueHead));
        return new MixerDescription(
            parameters,
            [new("recurrent", [s.ValueHeads, s.KeyHead, s.ValueHead], Single: true), .. InputProjections.DescribeState(s.Streams, s.Kernel)],
            // Each write reads, erases and writes (4 a cell); decay and the last read come once a token.
            _ => (4.0 * s.Writes + 3) * s.ValueHeads * s.KeyHead * s.ValueHead);
    }

    /// <summary>Claims the parameters.</summary>
    public GatedDeltaProductMixer(MixerSettings settings, MixerParameters parameters) : base(Describe(settings))
    {
        shape = new Geometry(settings);
        projections = new InputProjections(parameters, shape.Streams, shape.Kernel, shape.ConvolutionBias);
        if (shape.ForgetGate)
        {
            (aLog, dtBias) = (parameters["A_log"], parameters["dt_bias"]);
        }
        (norm, output) = (parameters["o_norm.weight"], parameters["o_proj.weight"]);
        normEpsilon = settings.OutputNormEpsilon;
    }

    private protected override Tensor Run(Tensor x, MixerState? state, MixerCall call, bool recurrent)
    {
        var streams = projections.Apply(x, state, silu: true);
        Tensor Active(int i) => shape.Kernel > 0 ? streams[i] : nn.functional.silu(streams[i]);
        var q = Normalisation.L2(Heads.Split(Active(0), shape.KeyHead));
        var k = Normalisation.L2(Writes(Active(1), shape.KeyHead));
        var v = Writes(Active(2), shape.ValueHead);
        var beta = Writes(DecayGates.Beta(streams[3], shape.NegativeEigenvalues), 1).squeeze(-1);
        var g = shape.ForgetGate ? DecayGates.GatedDeltaNet(streams[4], aLog!, dtBias!) : null;
        var initial = state?["recurrent"];
        var result = recurrent
            ? GatedDeltaProduct.Recurrent(q, k, v, beta, g, shape.Writes, null, initial, inPlace: true)
            : GatedDeltaProduct.Chunkwise(q, k, v, beta, g, shape.Writes, null, initial, shape.ChunkLength);
        if (state is not null)
        {
            state["recurrent"] = result.FinalState;
        }
        var o = shape.Gated
            ? Normalisation.RootMeanSquareGated(result.Output, Heads.Split(streams[^1], shape.ValueHead), norm, normEpsilon, GateActivation.Swish)
            : Normalisation.RootMeanSquare(result.Output, norm, normEpsilon);
        return nn.functional.linear(Heads.Merge(o), output);
    }

    /// <summary><c>[B,L,n·H·D]</c> to <c>[B,L·n,H,D]</c>: the writes of a token become neighbours in time.</summary>
    private Tensor Writes(Tensor x, long width)
        => x.reshape(x.shape[0], x.shape[1] * shape.Writes, x.shape[2] / shape.Writes / width, width);

    private sealed class Geometry
    {
        public readonly int KeyHeads, ValueHeads, KeyHead, ValueHead, Writes, Kernel, ChunkLength;
        public readonly bool ConvolutionBias, NegativeEigenvalues, ForgetGate, Gated;
        public readonly ProjectionStream[] Streams;

        public Geometry(MixerSettings settings)
        {
            const string Name = "gated-deltaproduct";
            KeyHeads = settings.Integer("heads", settings.HeadCount);
            ValueHeads = settings.Integer("valueHeads", KeyHeads);
            Heads.RequireGroups(Name, ValueHeads, KeyHeads, "value heads", "key heads");
            KeyHead = Heads.AtLeast(Name, "headDimension", settings.Integer("headDimension", (int)(0.75 * settings.Width / KeyHeads)), 1);
            ValueHead = Heads.Width(Name, "value", KeyHead * settings.Real("valueExpansion", 2), 1);
            Writes = Heads.AtLeast(Name, "writesPerToken", settings.Integer("writesPerToken", 2), 1);
            NegativeEigenvalues = settings.Switch("allowNegativeEigenvalues", true);
            ForgetGate = settings.Switch("forgetGate", true);
            Gated = settings.Switch("outputGate", true);
            Kernel = Heads.AtLeast(Name, "shortConvolution", settings.Integer("shortConvolution", 4), 0);
            ConvolutionBias = settings.Switch("convolutionBias", false);
            ChunkLength = Heads.AtLeast(Name, "chunkLength", settings.Integer("chunkLength", 64), 1);
            List<ProjectionStream> streams =
            [
                new("q_proj", KeyHeads * KeyHead, "q_conv1d"), new("k_proj", Writes * KeyHeads * KeyHead, "k_conv1d"),
                new("v_proj", Writes * ValueHeads * ValueHead, "v_conv1d"), new("b_proj", Writes * ValueHeads),
            ];
            if (ForgetGate)
            {
                streams.Add(new("a_proj", ValueHeads));
            }
            if (Gated)
            {
                streams.Add(new("g_proj", ValueHeads * ValueHead));
            }
            Streams = [.. streams];
        }
    }
}
