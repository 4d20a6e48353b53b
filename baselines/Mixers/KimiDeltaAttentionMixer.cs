using LT2.Eval.Models.Kernels;
using System.Globalization;
using LT2.Eval.Models.Mixers.Operators;
using LT2.Eval.Models.Mixers.Parts;
using static TorchSharp.torch;

namespace LT2.Eval.Models.Mixers;

/// <summary>
/// KDA, after FLA's <c>KimiDeltaAttention</c> (fla/layers/kda.py; there heads 16, head_dim 128, expand_v 1, convolution 4 with SiLU, L2 norm on q and k): one decay for each key
/// channel, <c>g = −e^{A_log} softplus(W_f2 W_f1 x + dt_bias)</c> (or bounded), per-head RMSNorm times a <b>sigmoid</b> gate of low rank, W_o.
/// </summary>
public sealed class KimiDeltaAttentionMixer : RecurrentMixer
{
    private readonly Geometry shape;
    private readonly InputProjections projections;
    private readonly Tensor decayUp, aLog, dtBias, gateUp, gateBias, norm, output;
    private readonly double normEpsilon;
    private readonly FusedDeltaStep step;

    /// <summary>What a variant file may set.</summary>
    public static IReadOnlyList<MixerOption> Options { get; } =
    [
        new("heads", "auto", "key heads; auto: the model's"),
        new("valueHeads", "auto", "value heads, a multiple of the key heads; auto: as many"),
        new("headDimension", "auto", "width of a key head; auto: width / heads"),
        new("valueExpansion", "1", "value head width over key head width"),
        new("allowNegativeEigenvalues", "false", "β in (0, 2) instead of (0, 1)", ChangesWeights: false),
        new("decayLowerBound", "auto", "bounded gate: the least log decay, such as -5; auto: unbounded"),
        new("shortConvolution", "4", "kernel of the convolution with SiLU on q, k, v; 0 for SiLU alone"),
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
                ParameterDescription.Linear("f_proj.1.weight", s.ValueHeads * s.KeyHead, s.ValueHead),
                new("A_log", [s.ValueHeads], s.LowerBound is null ? new Initialisation.LogOfUniform(1, 16) : new Initialisation.Constant(0), NoWeightDecay: true),
                new("dt_bias", [s.ValueHeads * s.KeyHead], new Initialisation.InverseSoftplusOfLogUniform(), NoWeightDecay: true),
                ParameterDescription.Linear("g_proj.1.weight", s.ValueHeads * s.ValueHead, s.ValueHead),
                ParameterDescription.Bias("g_proj.1.bias", s.ValueHeads * s.ValueHead),
                ParameterDescription.Norm("o_norm.weight", s.ValueHead),
                ParameterDescription.Linear("o_proj.weight", settings.Width, s.ValueHeads * s.ValueHead),
            ],
            [new("recurrent", [s.ValueHeads, s.KeyHead, s.ValueHead], Single: true), .. InputProjections.DescribeState(s.Streams, s.Kernel)],
            _ => 7.0 * s.ValueHeads * s.KeyHead * s.ValueHead);
    }

    /// <summary>Claims the parameters.</summary>
    public KimiDeltaAttentionMixer(MixerSettings settings, MixerParameters parameters) : base(Describe(settings))
    {
        shape = new Geometry(settings);
        projections = new InputProjections(parameters, shape.Streams, shape.Kernel, shape.ConvolutionBias);
        (decayUp, aLog, dtBias) = (parameters["f_proj.1.weight"], parameters["A_log"], parameters["dt_bias"]);
        (gateUp, gateBias) = (parameters["g_proj.1.weight"], parameters["g_proj.1.bias"]);
        (norm, output) = (parameters["o_norm.weight"], parameters["o_proj.weight"]);
        normEpsilon = settings.OutputNormEpsilon;
        step = new FusedDeltaStep
        {
            KeyHeads = shape.KeyHeads, ValueHeads = shape.ValueHeads, KeyHead = shape.KeyHead, ValueHead = shape.ValueHead, Taps = projections.Taps, TapBias = projections.TapBias,
            StrengthOffset = projections.Offset(3), StrengthFactor = shape.NegativeEigenvalues ? 2 : 1,
            DecayKind = shape.LowerBound is null ? FusedDeltaStep.Decay.Channel : FusedDeltaStep.Decay.BoundedChannel, LogRate = aLog, DecayBias = dtBias,
            DecayBound = shape.LowerBound ?? 0, GateKind = FusedDeltaStep.Gate.Sigmoid, Norm = norm, NormEpsilon = normEpsilon, L2Epsilon = Normalisation.L2Epsilon,
        };
    }

    /// <inheritdoc/>
    public override Tensor StepWithResidual(Tensor h, Tensor normWeight, double epsilon, MixerState state, MixerCall call)
    {
        if (!step.Serves(h)) return base.StepWithResidual(h, normWeight, epsilon, state, call);
        var packed = projections.Product(h, normWeight, epsilon);
        var f = DecodeLinear.Run(packed.narrow(-1, projections.Offset(4), shape.ValueHead), decayUp);
        var gate = nn.functional.linear(packed.narrow(-1, projections.Offset(5), shape.ValueHead), gateUp, gateBias);
        var mixed = step.Apply(packed, gate, f, projections.Tail(state), state["recurrent"]);
        return DecodeLinear.Run(mixed, output, residual: h);
    }

    private protected override Tensor Run(Tensor x, MixerState? state, MixerCall call, bool recurrent)
    {
        var streams = projections.Apply(x, state, silu: true);
        Tensor Active(int i) => shape.Kernel > 0 ? streams[i] : nn.functional.silu(streams[i]);
        var q = Normalisation.L2(Heads.Split(Active(0), shape.KeyHead));
        var k = Normalisation.L2(Heads.Split(Active(1), shape.KeyHead));
        var v = Heads.Split(Active(2), shape.ValueHead);
        var beta = DecayGates.Beta(streams[3], shape.NegativeEigenvalues);
        var f = Heads.Split(nn.functional.linear(streams[4], decayUp), shape.KeyHead);
        var g = shape.LowerBound is { } bound ? DecayGates.KimiDeltaBounded(f, aLog, dtBias, bound) : DecayGates.KimiDelta(f, aLog, dtBias);
        var initial = state?["recurrent"];
        var result = recurrent
            ? KimiDeltaRule.Recurrent(q, k, v, beta, g, null, initial, inPlace: true)
            : KimiDeltaRule.Chunkwise(q, k, v, beta, g, null, initial, shape.ChunkLength);
        if (state is not null)
        {
            state["recurrent"] = result.FinalState;
        }
        var gate = Heads.Split(nn.functional.linear(streams[5], gateUp, gateBias), shape.ValueHead);
        var o = Normalisation.RootMeanSquareGated(result.Output, gate, norm, normEpsilon, GateActivation.Sigmoid);
        return nn.functional.linear(Heads.Merge(o), output);
    }

    private sealed class Geometry
    {
        public readonly int KeyHeads, ValueHeads, KeyHead, ValueHead, Kernel, ChunkLength;
        public readonly bool ConvolutionBias, NegativeEigenvalues;
        public readonly double? LowerBound;
        public readonly ProjectionStream[] Streams;

        public Geometry(MixerSettings settings)
        {
            const string Name = "kda";
            KeyHeads = settings.Integer("heads", settings.HeadCount);
            ValueHeads = settings.Integer("valueHeads", KeyHeads);
            Heads.RequireGroups(Name, ValueHeads, KeyHeads, "value heads", "key heads");
            KeyHead = Heads.AtLeast(Name, "headDimension", settings.Integer("headDimension", settings.Width / KeyHeads), 1);
            ValueHead = Heads.Width(Name, "value", KeyHead * settings.Real("valueExpansion", 1), 1);
            NegativeEigenvalues = settings.Switch("allowNegativeEigenvalues", false);
            var bound = settings.Real("decayLowerBound", double.NaN);
            LowerBound = double.IsNaN(bound) ? null : bound;
            if (LowerBound >= 0)
            {
                throw new ModelException($"{Name}: decayLowerBound is {bound.ToString(CultureInfo.InvariantCulture)}; a log decay is negative, such as -5.");
            }
            Kernel = Heads.AtLeast(Name, "shortConvolution", settings.Integer("shortConvolution", 4), 0);
            ConvolutionBias = settings.Switch("convolutionBias", false);
            ChunkLength = Heads.AtLeast(Name, "chunkLength", settings.Integer("chunkLength", 64), 1);
            Streams =
            [
                new("q_proj", KeyHeads * KeyHead, "q_conv1d"), new("k_proj", KeyHeads * KeyHead, "k_conv1d"), new("v_proj", ValueHeads * ValueHead, "v_conv1d"),
                new("b_proj", ValueHeads), new("f_proj.0", ValueHead), new("g_proj.0", ValueHead),
            ];
        }
    }
}
