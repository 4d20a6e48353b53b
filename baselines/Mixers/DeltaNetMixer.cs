using LT2.Eval.Models.Kernels;
using LT2.Eval.Models.Mixers.Operators;
using LT2.Eval.Models.Mixers.Parts;
using static TorchSharp.torch;

namespace LT2.Eval.Models.Mixers;

/// <summary>
/// DeltaNet, after FLA's <c>DeltaNet</c> (fla/layers/delta_net.py; there heads 4, expand_k = expand_v = 1, convolution 4 with SiLU, L2 norm on q and k, β = σ(W_b x), no gate):
/// the delta rule without decay, per-head RMSNorm (times a swish gate where there is one), W_o.
/// </summary>
public sealed class DeltaNetMixer : RecurrentMixer
{
    private readonly Geometry shape;
    private readonly InputProjections projections;
    private readonly Tensor norm, output;
    private readonly double normEpsilon;
    private readonly FusedDeltaStep step;

    /// <summary>What a variant file may set.</summary>
    public static IReadOnlyList<MixerOption> Options { get; } =
    [
        new("heads", "auto", "heads; auto: the model's"),
        new("keyExpansion", "1", "total key width over model width"),
        new("valueExpansion", "1", "total value width over model width"),
        new("writeStrength", "true", "learned β; false: β = 1"),
        new("allowNegativeEigenvalues", "false", "β in (0, 2) instead of (0, 1)", ChangesWeights: false),
        new("queryKeyActivation", "silu", "silu, relu, elu (elu + 1) or identity", ChangesWeights: false),
        new("queryKeyNorm", "l2", "l2, or sum (divide by the sum)", ChangesWeights: false),
        new("outputGate", "false", "swish gate on the normed output"),
        new("shortConvolution", "4", "kernel of the convolution on q, k, v; 0 for none"),
        new("convolutionBias", "false", "bias of that convolution"),
        MixerOption.NormEpsilon,
        new("chunkLength", "64", "tokens a chunk of the parallel form", ChangesWeights: false),
    ];

    /// <summary>Parameters, state and operations.</summary>
    public static MixerDescription Describe(MixerSettings settings)
    {
        var s = new Geometry(settings);
        return new MixerDescription(
            [
                .. InputProjections.Describe(s.Streams, settings.Width, s.Kernel, s.ConvolutionBias),
                ParameterDescription.Norm("o_norm.weight", s.ValueHead),
                ParameterDescription.Linear("o_proj.weight", settings.Width, s.Heads * s.ValueHead),
            ],
            [new("recurrent", [s.Heads, s.KeyHead, s.ValueHead], Single: true), .. InputProjections.DescribeState(s.Streams, s.Kernel)],
            _ => 6.0 * s.Heads * s.KeyHead * s.ValueHead);
    }

    /// <summary>Claims the parameters.</summary>
    public DeltaNetMixer(MixerSettings settings, MixerParameters parameters) : base(Describe(settings))
    {
        shape = new Geometry(settings);
        projections = new InputProjections(parameters, shape.Streams, shape.Kernel, shape.ConvolutionBias);
        (norm, output) = (parameters["o_norm.weight"], parameters["o_proj.weight"]);
        normEpsilon = settings.OutputNormEpsilon;
        step = new FusedDeltaStep
        {
            KeyHeads = shape.Heads, ValueHeads = shape.Heads, KeyHead = shape.KeyHead, ValueHead = shape.ValueHead, Taps = projections.Taps, TapBias = projections.TapBias,
            StrengthOffset = shape.WriteStrength ? projections.Offset(3) : null, StrengthFactor = shape.NegativeEigenvalues ? 2 : 1,
            GateKind = shape.Gated ? FusedDeltaStep.Gate.Silu : FusedDeltaStep.Gate.None, Norm = norm, NormEpsilon = normEpsilon, L2Epsilon = Normalisation.L2Epsilon,
        };
    }

    /// <inheritdoc/>
    public override Tensor StepWithResidual(Tensor h, Tensor normWeight, double epsilon, MixerState state, MixerCall call)
    {
        if (shape.Activation != "silu" || shape.SumNorm || !step.Serves(h)) return base.StepWithResidual(h, normWeight, epsilon, state, call);
        var packed = projections.Product(h, normWeight, epsilon);
        var gate = shape.Gated ? packed.narrow(-1, projections.Offset(shape.Streams.Length - 1), shape.Heads * shape.ValueHead) : null;
        var mixed = step.Apply(packed, gate, null, projections.Tail(state), state["recurrent"]);
        return DecodeLinear.Run(mixed, output, residual: h);
    }

    private protected override Tensor Run(Tensor x, MixerState? state, MixerCall call, bool recurrent)
    {
        // Only v keeps its SiLU where q and k have another activation, so it can't always ride on the joint convolution.
        var allSilu = shape.Activation == "silu";
        var streams = projections.Apply(x, state, silu: allSilu);
        var activated = allSilu && shape.Kernel > 0;
        var v = Heads.Split(activated ? streams[2] : nn.functional.silu(streams[2]), shape.ValueHead);
        var (q, k) = (QueryOrKey(streams[0], activated), QueryOrKey(streams[1], activated));
        var beta = shape.WriteStrength
            ? DecayGates.Beta(streams[3], shape.NegativeEigenvalues)
            : full([x.shape[0], x.shape[1], shape.Heads], shape.NegativeEigenvalues ? 2 : 1, dtype: WorkingPrecision.Of(x.dtype), device: x.device);
        var initial = state?["recurrent"];
        var result = recurrent ? DeltaRule.Recurrent(q, k, v, beta, null, initial, inPlace: true) : DeltaRule.Chunkwise(q, k, v, beta, null, initial, shape.ChunkLength);
        if (state is not null)
        {
            state["recurrent"] = result.FinalState;
        }
        var o = shape.Gated
            ? Normalisation.RootMeanSquareGated(result.Output, Heads.Split(streams[^1], shape.ValueHead), norm, normEpsilon, GateActivation.Swish)
            : Normalisation.RootMeanSquare(result.Output, norm, normEpsilon);
        return nn.functional.linear(Heads.Merge(o), output);
    }

    private Tensor QueryOrKey(Tensor x, bool activated)
    {
        var heads = Heads.Split(x, shape.KeyHead);
        var y = activated ? heads : shape.Activation switch
        {
            "silu" => nn.functional.silu(heads),
            "relu" => heads.relu(),
            "elu" => FeatureMaps.EluPlusOne(heads),
            _ => heads,
        };
        return shape.SumNorm ? y / y.sum(-1, keepdim: true) : Normalisation.L2(y);
    }

    private sealed class Geometry
    {
        public readonly int Heads, KeyHead, ValueHead, Kernel, ChunkLength;
        public readonly bool Gated, ConvolutionBias, WriteStrength, NegativeEigenvalues, SumNorm;
        public readonly string Activation;
        public readonly ProjectionStream[] Streams;

        public Geometry(MixerSettings settings)
        {
            const string Name = "deltanet";
            Heads = settings.Integer("heads", settings.HeadCount);
            KeyHead = Parts.Heads.Width(Name, "key", settings.Width * settings.Real("keyExpansion", 1), Heads);
            ValueHead = Parts.Heads.Width(Name, "value", settings.Width * settings.Real("valueExpansion", 1), Heads);
            Kernel = Parts.Heads.AtLeast(Name, "shortConvolution", settings.Integer("shortConvolution", 4), 0);
            ConvolutionBias = settings.Switch("convolutionBias", false);
            WriteStrength = settings.Switch("writeStrength", true);
            NegativeEigenvalues = settings.Switch("allowNegativeEigenvalues", false);
            Activation = settings.Word("queryKeyActivation", "silu", "silu", "relu", "elu", "identity");
            SumNorm = settings.Word("queryKeyNorm", "l2", "l2", "sum") == "sum";
            Gated = settings.Switch("outputGate", false);
            ChunkLength = Parts.Heads.AtLeast(Name, "chunkLength", settings.Integer("chunkLength", 64), 1);
            List<ProjectionStream> streams =
            [
                new("q_proj", Heads * KeyHead, "q_conv1d"), new("k_proj", Heads * KeyHead, "k_conv1d"), new("v_proj", Heads * ValueHead, "v_conv1d"),
            ];
            if (WriteStrength)
            {
                streams.Add(new("b_proj", Heads));
            }
            if (Gated)
            {
                streams.Add(new("g_proj", Heads * ValueHead));
            }
            Streams = [.. streams];
        }
    }
}
