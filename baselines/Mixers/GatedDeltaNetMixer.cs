using LT2.Eval.Models.Kernels;
using LT2.Eval.Models.Layers;
using LT2.Eval.Models.Mixers.Operators;
using static TorchSharp.torch;
using ShortConvolution = LT2.Eval.Models.Layers.ShortConvolution;

namespace LT2.Eval.Models.Mixers;

/// <summary>
/// Gated DeltaNet, after FLA's <c>GatedDeltaNet</c> (fla/layers/gated_deltanet.py): short convolution with SiLU on q, k, v; L2 norm on q and k;
/// β = σ(W_b x), doubled with <c>allowNegativeEigenvalues</c>; g = −e^(A_log) softplus(W_a x + dt_bias); the gated delta rule; RMSNorm ⊙ silu(W_g x); W_o.
/// LT2's widths are the defaults: key head 0.75 d / H, value head twice that.
/// <para>With state carry, loop τ also reads what loop τ − 1 had written up to the same token: o_t += c_τ ⊙ scale · (S^(τ−1)_t)ᵀ q^(τ)_t with a gate c [T, HV] that
/// starts at zero. The read runs the delta rule with this loop's q over the previous loop's k, v, β, g, so nothing later than t can enter.</para>
/// </summary>
public sealed class GatedDeltaNetMixer : TokenMixer
{
    const double L2Epsilon = 1e-6;

    readonly Geometry shape;
    readonly Tensor projection;      // [2·H·Dk + HV·Dv (+ HV·Dv gate) + 2·HV, d]: q, k, v, (g,) a, b
    readonly Tensor? convolution;    // [2·H·Dk + HV·Dv, 1, K]
    readonly Tensor? convolutionBias;
    readonly Tensor logA, stepBias, norm, output;
    readonly StateCarry? carry;
    readonly FusedDeltaStep step;
    readonly FusedDeltaInputs.Layer inputs;
    readonly double normEpsilon;

    /// <summary>What a variant file may set.</summary>
    public static IReadOnlyList<MixerOption> Options { get; } =
    [
        new("heads", "auto", "key heads; auto: the model's"),
        new("valueHeads", "auto", "value heads, a multiple of the key heads; auto: as many"),
        new("headDimension", "auto", "width of a key head; auto: 0.75 · width / heads"),
        new("valueExpansion", "2", "value head width over key head width"),
        new("allowNegativeEigenvalues", "false", "β in (0, 2) instead of (0, 1)", ChangesWeights: false),
        new("outputGate", "true", "silu gate on the normed output"),
        new("shortConvolution", "4", "kernel of the convolution on q, k, v; 0 for none"),
        new("convolutionBias", "false", "bias of that convolution"),
        MixerOption.NormEpsilon,
        new("chunkLength", "64", "tokens a chunk of the parallel form", ChangesWeights: false),
    ];

    /// <summary>Parameters, state and operations.</summary>
    public static MixerDescription Describe(MixerSettings settings)
    {
        var s = new Geometry(settings);
        var d = settings.Width;
        var parameters = new List<ParameterDescription>
        {
            ParameterDescription.Linear("q_proj.weight", s.KeyWidth, d),
            ParameterDescription.Linear("k_proj.weight", s.KeyWidth, d),
            ParameterDescription.Linear("v_proj.weight", s.ValueWidth, d),
        };
        if (s.OutputGate) parameters.Add(ParameterDescription.Linear("g_proj.weight", s.ValueWidth, d));
        parameters.Add(ParameterDescription.Linear("a_proj.weight", s.ValueHeads, d));
        parameters.Add(ParameterDescription.Linear("b_proj.weight", s.ValueHeads, d));
        if (s.Kernel > 0)
        {
            parameters.Add(ParameterDescription.ShortConvolution("q_conv1d.weight", s.KeyWidth, s.Kernel));
            parameters.Add(ParameterDescription.ShortConvolution("k_conv1d.weight", s.KeyWidth, s.Kernel));
            parameters.Add(ParameterDescription.ShortConvolution("v_conv1d.weight", s.ValueWidth, s.Kernel));
        }
        if (s.ConvolutionBias)
        {
            parameters.Add(ParameterDescription.Bias("q_conv1d.bias", s.KeyWidth));
            parameters.Add(ParameterDescription.Bias("k_conv1d.bias", s.KeyWidth));
            parameters.Add(ParameterDescription.Bias("v_conv1d.bias", s.ValueWidth));
        }
        parameters.Add(new("A_log", [s.ValueHeads], new Initialisation.LogOfUniform(0, 16), NoWeightDecay: true));
        parameters.Add(new("dt_bias", [s.ValueHeads], new Initialisation.InverseSoftplusOfLogUniform(), NoWeightDecay: true));
        parameters.Add(ParameterDescription.Norm("o_norm.weight", s.ValueHead));
        if (settings.CarryLoopCount > 0)
            parameters.Add(new("carry_gate", [settings.CarryLoopCount, s.ValueHeads], new Initialisation.Constant(0), NoWeightDecay: true) { ProductsPerToken = 0 });
        parameters.Add(ParameterDescription.Linear("o_proj.weight", d, s.ValueWidth));
        var state = new List<StateTensorDescription> { new("recurrent", [s.ValueHeads, s.KeyHead, s.ValueHead], Single: true) };
        if (s.Kernel > 0) state.Add(ShortConvolution.State(2 * s.KeyWidth + s.ValueWidth, s.Kernel));
        return new MixerDescription(parameters, state, _ => 7.0 * s.ValueHeads * s.KeyHead * s.ValueHead);
    }

    /// <summary>Claims the parameters.</summary>
    public GatedDeltaNetMixer(MixerSettings settings, MixerParameters parameters) : base(Describe(settings))
    {
        shape = new Geometry(settings);
        projection = shape.OutputGate
            ? parameters.Packed("q_proj.weight", "k_proj.weight", "v_proj.weight", "g_proj.weight", "a_proj.weight", "b_proj.weight")
            : parameters.Packed("q_proj.weight", "k_proj.weight", "v_proj.weight", "a_proj.weight", "b_proj.weight");
        if (shape.Kernel > 0) convolution = parameters.Packed("q_conv1d.weight", "k_conv1d.weight", "v_conv1d.weight");
        if (shape.ConvolutionBias) convolutionBias = parameters.Packed("q_conv1d.bias", "k_conv1d.bias", "v_conv1d.bias");
        (logA, stepBias, norm, output) = (parameters["A_log"], parameters["dt_bias"], parameters["o_norm.weight"], parameters["o_proj.weight"]);
        if (settings.CarryLoopCount > 0) carry = new StateCarry(parameters["carry_gate"], shape.Scale, shape.ChunkLength);
        normEpsilon = settings.OutputNormEpsilon;
        inputs = new(shape.KeyHeads, shape.KeyHead, shape.ValueHeads, shape.ValueHead, shape.OutputGate, shape.NegativeEigenvalues ? 2 : 1, L2Epsilon);
        step = new FusedDeltaStep
        {
            KeyHeads = shape.KeyHeads, ValueHeads = shape.ValueHeads, KeyHead = shape.KeyHead, ValueHead = shape.ValueHead, Taps = convolution, TapBias = convolutionBias,
            StrengthOffset = projection.shape[0] - shape.ValueHeads, StrengthFactor = shape.NegativeEigenvalues ? 2 : 1,
            DecayKind = FusedDeltaStep.Decay.Head, DecayOffset = projection.shape[0] - 2 * shape.ValueHeads, LogRate = logA, DecayBias = stepBias,
            GateKind = shape.OutputGate ? FusedDeltaStep.Gate.Silu : FusedDeltaStep.Gate.None, Norm = norm, NormEpsilon = normEpsilon, L2Epsilon = L2Epsilon,
        };
    }

    /// <inheritdoc/>
    public override Tensor Forward(Tensor x, MixerState? state, MixerCall call)
    {
        var (qk, v, beta, g, gate) = Project(x, state);
        var (q, k) = Split(qk);
        var (o, final) = DeltaRuleEngine.RunPacked(qk, v, beta, g, shape.Scale, state?["recurrent"], shape.ChunkLength, needFinalState: state is not null);
        if (carry is not null)
        {
            o = carry.Read(o, q, call);
            carry.Leave(k, v, beta, g, state?["recurrent"].clone(), call);
        }
        if (state is not null) state["recurrent"] = final!;
        return Finish(o, gate, x.dtype);
    }

    /// <inheritdoc/>
    public override Tensor Step(Tensor x, MixerState state, MixerCall call)
    {
        if (carry is null && step.Serves(x)) return nn.functional.linear(Fused(nn.functional.linear(x, projection), state), output);
        var (qk, v, beta, g, gate) = Project(x, state);
        var (q, k) = Split(qk);
        var (o, final) = GatedDeltaRule.Recurrent(q, k, v, beta, g, shape.Scale, state["recurrent"]);
        if (carry is not null)
        {
            o = carry.Read(o, q, call);
            carry.Leave(k, v, beta, g, state["recurrent"].clone(), call);
        }
        state["recurrent"] = final;
        return Finish(o, gate, x.dtype);
    }

    /// <inheritdoc/>
    public override Tensor StepWithResidual(Tensor h, Tensor normWeight, double epsilon, MixerState state, MixerCall call)
    {
        if (carry is not null || !step.Serves(h)) return base.StepWithResidual(h, normWeight, epsilon, state, call);
        return DecodeLinear.Run(Fused(DecodeLinear.Run(h, projection, (normWeight, epsilon)), state), output, residual: h);
    }

    Tensor Fused(Tensor projected, MixerState state) => step.Apply(
        projected, shape.OutputGate ? projected.narrow(-1, 2 * shape.KeyWidth + shape.ValueWidth, shape.ValueWidth) : null, null,
        convolution is null ? null : state["convolution"], state["recurrent"]);

    (Tensor Q, Tensor K) Split(Tensor qk) => (qk.narrow(2, 0, shape.KeyHeads), qk.narrow(2, shape.KeyHeads, shape.KeyHeads));

    (Tensor QK, Tensor V, Tensor Beta, Tensor G, Tensor? Gate) Project(Tensor x, MixerState? state)
    {
        var projected = Linear.Apply(x, projection);
        if (state is null && convolution is not null && convolutionBias is null && FusedDeltaInputs.Serves(projected, convolution, logA, stepBias, inputs))
        {
            var all = FusedDeltaInputs.Apply(projected, convolution, logA, stepBias, inputs);
            return (all.QK, all.V, all.Beta, all.G, all.Gate);
        }
        var convolved = 2 * shape.KeyWidth + shape.ValueWidth;
        var parts = projected.split(shape.OutputGate ? [convolved, shape.ValueWidth, shape.ValueHeads, shape.ValueHeads] : [convolved, shape.ValueHeads, shape.ValueHeads], -1);
        var mixed = convolution is not null ? ShortConvolution.WithSilu(parts[0], convolution, convolutionBias, state) : nn.functional.silu(parts[0]);
        var halves = mixed.split([2 * shape.KeyWidth, shape.ValueWidth], -1);
        var qk = halves[0].SplitLast(2 * shape.KeyHeads, shape.KeyHead);
        if (FusedL2Norm.Serves(qk)) qk = FusedL2Norm.Apply(qk, L2Epsilon);
        else
        {
            if (qk.dtype is not ScalarType.Float64) qk = qk.to(ScalarType.Float32);
            qk = qk.mul(qk.square().sum(-1, keepdim: true).add_(L2Epsilon).rsqrt_());
        }
        var v = halves[1].SplitLast(shape.ValueHeads, shape.ValueHead);
        var (g, beta) = Gates(parts[^2], parts[^1], WorkingPrecision.Of(qk.dtype));
        var gate = shape.OutputGate ? parts[1].SplitLast(shape.ValueHeads, shape.ValueHead) : null;
        return (qk, v, beta, g, gate);
    }

    (Tensor G, Tensor Beta) Gates(Tensor a, Tensor b, ScalarType type)
    {
        if (FusedDecayGates.Serves(a, logA, stepBias)) return FusedDecayGates.Apply(a, b, logA, stepBias, shape.NegativeEigenvalues ? 2 : 1);
        var g = nn.functional.softplus(a.to(type).add(stepBias)).mul(logA.to(type).exp().neg());
        var beta = b.to(type).sigmoid();
        return (g, shape.NegativeEigenvalues ? beta.mul(2) : beta);
    }

    Tensor Finish(Tensor o, Tensor? gate, ScalarType type)
    {
        o = o.to(type);
        var normed = gate is null ? RmsNorm.Apply(o, norm, normEpsilon)
            : FusedGatedNorm.Serves(o, norm, gate) ? FusedGatedNorm.Apply(o, norm, gate, normEpsilon, swish: true)
            : RmsNorm.Gated(o, norm, nn.functional.silu(gate), normEpsilon);
        return Linear.Apply(normed.JoinLast(), output);
    }

    sealed record Geometry
    {
        internal readonly int KeyHeads, ValueHeads, KeyHead, ValueHead, Kernel, ChunkLength;
        internal readonly bool NegativeEigenvalues, OutputGate, ConvolutionBias;

        internal Geometry(MixerSettings settings)
        {
            KeyHeads = settings.Integer("heads", settings.HeadCount);
            ValueHeads = settings.Integer("valueHeads", KeyHeads);
            KeyHead = settings.Integer("headDimension", (int)(0.75 * settings.Width / KeyHeads));
            ValueHead = (int)Math.Round(KeyHead * settings.Real("valueExpansion", 2));
            NegativeEigenvalues = settings.Switch("allowNegativeEigenvalues", false);
            OutputGate = settings.Switch("outputGate", true);
            Kernel = settings.Integer("shortConvolution", 4);
            ConvolutionBias = Kernel > 0 && settings.Switch("convolutionBias", false);
            ChunkLength = settings.Integer("chunkLength", 64);
            if (KeyHeads < 1 || ValueHeads % KeyHeads != 0) throw new ModelException($"gdn: {ValueHeads} value heads cannot share {KeyHeads} key heads evenly.");
            if (KeyHead < 1 || ValueHead < 1) throw new ModelException($"gdn: head widths {KeyHead} and {ValueHead}; both must be 1 or more.");
            if (ChunkLength < 1) throw new ModelException($"gdn: chunkLength is {ChunkLength}; it must be 1 or more.");
        }

        internal int KeyWidth => KeyHeads * KeyHead;
        internal int ValueWidth => ValueHeads * ValueHead;
        internal double Scale => 1 / Math.Sqrt(KeyHead);
    }
}
