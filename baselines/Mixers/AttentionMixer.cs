using LT2.Eval.Models.Kernels;
using LT2.Eval.Models.Layers;
using static TorchSharp.torch;

namespace LT2.Eval.Models.Mixers;

/// <summary>
/// Softmax attention over everything before (full) or over a sliding window, after FLA's <c>Attention</c> (fla/layers/attn.py):
/// q, k, v projections, optional per-head RMSNorm on q and k, RoPE, softmax, output projection. Beyond FLA: an optional short convolution with SiLU on
/// q, k, v, and the optional SDPA output gate o ⊙ σ(W_g x) with W_g zero-initialised (LT2 §3.4).
/// Letters: HQ query heads, H key/value heads, D head width; caches hold rotated keys, [B, tokens, H, D]; a window's cache is a ring, position p in slot p mod w.
/// </summary>
public sealed class AttentionMixer : TokenMixer, IDisposable
{
    readonly Geometry shape;
    readonly Tensor qkvg;            // [(HQ + 2H [+ HQ]) D, d]
    readonly Tensor output;          // [d, HQ D]
    readonly Tensor? convolution;    // [(HQ + 2H) D, 1, K]
    readonly Tensor? queryNorm, keyNorm;
    readonly RotaryTables? rotary;
    readonly double normEpsilon;

    /// <summary>Options of both entries.</summary>
    public static IReadOnlyList<MixerOption> Options { get; } =
    [
        new("heads", "auto", "query heads; auto: the model's"),
        new("keyValueHeads", "auto", "key and value heads (GQA); auto: as many as query heads"),
        new("headDimension", "auto", "width of a head; auto: width / heads"),
        new("rotary", "pairs", "pairs (adjacent, as LT2), halves (half-split, as FLA, Llama, Ouro) or none", ChangesWeights: false),
        new("rotaryTheta", "10000", "base of the rotation", ChangesWeights: false),
        new("queryKeyNorm", "false", "per-head RMSNorm on q and k before the rotation"),
        new("outputGate", "false", "element-wise sigmoid gate on the heads before the output projection"),
        new("shortConvolution", "0", "kernel of a depthwise causal convolution with SiLU on q, k, v; 0 for none"),
    ];

    /// <summary>Options of the window entry.</summary>
    public static IReadOnlyList<MixerOption> WindowOptions { get; } =
        [.. Options, new MixerOption("window", "256", "tokens a token sees, itself included", ChangesWeights: false)];

    /// <summary>Full attention's description.</summary>
    public static MixerDescription Describe(MixerSettings settings) => Describe(settings, new Geometry(settings, Windowed: false));

    /// <summary>The window's description.</summary>
    public static MixerDescription DescribeWindow(MixerSettings settings) => Describe(settings, new Geometry(settings, Windowed: true));

    static MixerDescription Describe(MixerSettings settings, Geometry s)
    {
        var parameters = new List<ParameterDescription>
        {
            ParameterDescription.Linear("q_proj.weight", s.QueryHeads * s.HeadWidth, settings.Width),
            ParameterDescription.Linear("k_proj.weight", s.KeyHeads * s.HeadWidth, settings.Width),
            ParameterDescription.Linear("v_proj.weight", s.KeyHeads * s.HeadWidth, settings.Width),
        };
        if (s.OutputGate) parameters.Add(new("g_proj.weight", [s.QueryHeads * s.HeadWidth, settings.Width], new Initialisation.Constant(0)));
        if (s.Kernel > 0)
        {
            parameters.Add(ParameterDescription.ShortConvolution("q_conv1d.weight", s.QueryHeads * s.HeadWidth, s.Kernel));
            parameters.Add(ParameterDescription.ShortConvolution("k_conv1d.weight", s.KeyHeads * s.HeadWidth, s.Kernel));
            parameters.Add(ParameterDescription.ShortConvolution("v_conv1d.weight", s.KeyHeads * s.HeadWidth, s.Kernel));
        }
        if (s.QueryKeyNorm)
        {
            parameters.Add(ParameterDescription.Norm("q_norm.weight", s.HeadWidth));
            parameters.Add(ParameterDescription.Norm("k_norm.weight", s.HeadWidth));
        }
        parameters.Add(ParameterDescription.Linear("o_proj.weight", settings.Width, s.QueryHeads * s.HeadWidth));
        var state = new List<StateTensorDescription>
        {
            new("keys", [s.KeyHeads, s.HeadWidth], Single: false, GrowsWithContext: true, TokenLimit: s.Window),
            new("values", [s.KeyHeads, s.HeadWidth], Single: false, GrowsWithContext: true, TokenLimit: s.Window),
        };
        if (s.Kernel > 0) state.Add(ShortConvolution.State(s.ConvolvedWidth, s.Kernel));
        return new MixerDescription(parameters, state, context => 4.0 * Math.Min(context, s.Window ?? int.MaxValue) * s.QueryHeads * s.HeadWidth);
    }

    /// <summary>Full attention.</summary>
    public static AttentionMixer Full(MixerSettings settings, MixerParameters parameters) => new(settings, parameters, new Geometry(settings, Windowed: false));

    /// <summary>Sliding window.</summary>
    public static AttentionMixer SlidingWindow(MixerSettings settings, MixerParameters parameters) => new(settings, parameters, new Geometry(settings, Windowed: true));

    AttentionMixer(MixerSettings settings, MixerParameters parameters, Geometry shape) : base(Describe(settings, shape))
    {
        this.shape = shape;
        qkvg = shape.OutputGate
            ? parameters.Packed("q_proj.weight", "k_proj.weight", "v_proj.weight", "g_proj.weight")
            : parameters.Packed("q_proj.weight", "k_proj.weight", "v_proj.weight");
        output = parameters["o_proj.weight"];
        if (shape.Kernel > 0) convolution = parameters.Packed("q_conv1d.weight", "k_conv1d.weight", "v_conv1d.weight");
        if (shape.QueryKeyNorm) (queryNorm, keyNorm) = (parameters["q_norm.weight"], parameters["k_norm.weight"]);
        normEpsilon = settings.NormEpsilon;
        var convention = settings.Word("rotary", "pairs", "pairs", "halves", "none");
        if (convention != "none") rotary = new RotaryTables(shape.HeadWidth, settings.Real("rotaryTheta", 10000), convention == "pairs");
    }

    /// <inheritdoc/>
    public override Tensor Forward(Tensor x, MixerState? state, MixerCall call)
    {
        var (mixed, gate) = Project(x, state);
        if (state is null && gate is null && queryNorm is null && shape.Window is null && call.Positions.Common == 0
            && FusedShortAttention.Serves(mixed, shape.QueryHeads, shape.HeadWidth))
            return Finish(FusedShortAttention.Apply(mixed, new(rotary?.PairTable((int)x.shape[1], x.device), rotary?.AdjacentPairs ?? false), shape.QueryHeads), null);
        var (q, k, v) = Split(mixed, call.Positions);
        if (state is null) return Finish(ScaledDotProductAttention.Causal(q, k, v, shape.Window), gate);
        var cache = new AttentionCache(state, shape.Window, shape.Capacity);
        if (call.Positions.Common is { } offset)
        {
            var (keys, values) = cache.Extend(k, v, offset);
            return Finish(ScaledDotProductAttention.Causal(q, keys, values, shape.Window), gate);
        }
        // Rows at different positions: one token of each row at a time.
        var length = x.shape[1];
        var parts = new List<Tensor>();
        for (var t = 0; t < length; t++)
        {
            var visible = cache.Write(k.narrow(1, t, 1), v.narrow(1, t, 1), [.. call.Positions.Offsets.Select(o => o + t)]);
            parts.Add(ScaledDotProductAttention.Attend(q.narrow(1, t, 1), cache.Keys, cache.Values, visible, false));
        }
        return Finish(cat(parts, 1), gate);
    }

    /// <inheritdoc/>
    public override Tensor Step(Tensor x, MixerState state, MixerCall call)
    {
        var cache = new AttentionCache(state, shape.Window, shape.Capacity);
        if (Fused(x, call)) return Linear.Apply(Attend(Linear.Apply(x, qkvg), cache, call.Positions), output);
        var (mixed, gate) = Project(x, state);
        var (q, k, v) = Split(mixed, call.Positions);
        var visible = cache.Write(k, v, call.Positions);
        var used = cache.Used(call.Positions.Largest);
        return Finish(ScaledDotProductAttention.Attend(q, cache.Keys.narrow(1, 0, used), cache.Values.narrow(1, 0, used), visible?.narrow(-1, 0, used), false), gate);
    }

    /// <inheritdoc/>
    public override Tensor StepWithResidual(Tensor h, Tensor normWeight, double epsilon, MixerState state, MixerCall call)
    {
        if (!Fused(h, call)) return base.StepWithResidual(h, normWeight, epsilon, state, call);
        var cache = new AttentionCache(state, shape.Window, shape.Capacity);
        return DecodeLinear.Run(Attend(DecodeLinear.Run(h, qkvg, (normWeight, epsilon)), cache, call.Positions), output, residual: h);
    }

    bool Fused(Tensor x, MixerCall call) => convolution is null && call.Positions.InDeviceMemory is not null && x.dtype == qkvg.dtype
        && FusedDecodeAttention.Serves(x, shape.HeadWidth, shape.QueryHeads, queryNorm, keyNorm);

    Tensor Attend(Tensor packed, AttentionCache cache, SequencePositions positions)
    {
        cache.Require(positions);
        return FusedDecodeAttention.Apply(packed, cache.Keys, cache.Values, positions, new(shape.QueryHeads, shape.KeyHeads, shape.HeadWidth,
            rotary?.PairTable(positions.Largest + 1, packed.device), rotary?.AdjacentPairs ?? false, queryNorm, keyNorm, normEpsilon, shape.OutputGate));
    }

    /// <summary>Packed heads [B, L, (HQ + 2H) D], not yet turned, and the gate.</summary>
    (Tensor Mixed, Tensor? Gate) Project(Tensor x, MixerState? state)
    {
        var projected = Linear.Apply(x, qkvg);
        var mixed = shape.OutputGate ? projected.narrow(-1, 0, shape.ConvolvedWidth) : projected; // a view of all of it would cost a copy of its gradient
        if (convolution is not null) mixed = ShortConvolution.WithSilu(mixed, convolution, state: state);
        return (mixed, shape.OutputGate ? projected.narrow(-1, shape.ConvolvedWidth, shape.QueryHeads * shape.HeadWidth) : null);
    }

    (Tensor Q, Tensor K, Tensor V) Split(Tensor mixed, SequencePositions positions)
    {
        if (rotary is not null && queryNorm is null && rotary.TrySplit(mixed, positions, shape.QueryHeads, shape.KeyHeads) is { } split) return split;
        var heads = mixed.SplitLast(shape.QueryHeads + 2 * shape.KeyHeads, shape.HeadWidth);
        var qk = heads.narrow(2, 0, shape.QueryHeads + shape.KeyHeads);
        if (queryNorm is not null)
        {
            var q = RmsNorm.Apply(qk.narrow(2, 0, shape.QueryHeads), queryNorm, normEpsilon);
            qk = cat([q, RmsNorm.Apply(qk.narrow(2, shape.QueryHeads, shape.KeyHeads), keyNorm!, normEpsilon)], 2);
        }
        if (rotary is not null) qk = rotary.Apply(qk, positions);
        return (qk.narrow(2, 0, shape.QueryHeads), qk.narrow(2, shape.QueryHeads, shape.KeyHeads), heads.narrow(2, shape.QueryHeads + shape.KeyHeads, shape.KeyHeads));
    }

    Tensor Finish(Tensor o, Tensor? gate)
    {
        var flat = o.JoinLast();
        return Linear.Apply(gate is null ? flat : flat.mul(gate.sigmoid()), output);
    }

    /// <inheritdoc/>
    public void Dispose() => rotary?.Dispose();

    sealed record Geometry
    {
        internal readonly int QueryHeads, KeyHeads, HeadWidth, Kernel, Capacity;
        internal readonly bool QueryKeyNorm, OutputGate;
        internal readonly int? Window;

        internal Geometry(MixerSettings settings, bool Windowed)
        {
            QueryHeads = settings.Integer("heads", settings.HeadCount);
            KeyHeads = settings.Integer("keyValueHeads", QueryHeads);
            HeadWidth = settings.Integer("headDimension", settings.Width / QueryHeads);
            Kernel = settings.Integer("shortConvolution", 0);
            QueryKeyNorm = settings.Switch("queryKeyNorm", false);
            OutputGate = settings.Switch("outputGate", false);
            Window = Windowed ? settings.Integer("window", 256) : null;
            Capacity = settings.MaximumLength;
            if (QueryHeads < 1 || KeyHeads < 1 || QueryHeads % KeyHeads != 0)
                throw new ModelException($"attention: {QueryHeads} query heads cannot share {KeyHeads} key/value heads evenly.");
            if (HeadWidth < 1) throw new ModelException($"attention: a width of {settings.Width} leaves nothing for each of {QueryHeads} heads.");
            if (Window < 1) throw new ModelException($"window: a window of {Window} tokens sees nothing; it must be 1 or more.");
            if (Kernel < 0) throw new ModelException($"attention: shortConvolution is {Kernel}; it must be 0 (none) or a kernel size.");
            if (HeadWidth % 2 != 0 && settings.Word("rotary", "pairs", "pairs", "halves", "none") != "none")
                throw new ModelException($"attention: the rotation needs an even head width, not {HeadWidth}.");
        }

        internal int ConvolvedWidth => (QueryHeads + 2 * KeyHeads) * HeadWidth;
    }
}
