using LT2.Eval.Models.Mixers.Operators;
using LT2.Eval.Models.Mixers.Parts;
using static TorchSharp.torch;

namespace LT2.Eval.Models.Mixers;

/// <summary>
/// RWKV7 time mixing, after FLA's <c>RWKV7Attention</c> (fla/layers/rwkv7.py; there head_dim 64, ranks from the width): token shift with six learned mixes, low-rank decay, in-context
/// learning rate, value residual and gate, the diagonal-plus-low-rank recurrence, group norm over heads, bonus term, gate, W_o. FLA itself warns that its layer is not the authors' code.
/// Two rules for stacks and loops: the initialisation and the absence of <c>v_lora</c> follow the <b>stored</b> layer; <c>v_first</c> is what the first RWKV7 layer of the
/// <b>first loop</b> computed, and whatever has a <c>v_lora</c> and runs later mixes with that, in every loop. Stored layer 0 has none and keeps its own values in all loops;
/// a first layer that is not stored layer 0 keeps them in the first loop only.
/// </summary>
public sealed class Rwkv7Mixer : RecurrentMixer
{
    private const string LastInput = "lastInput";
    private const string FirstValue = "rwkv7.v_first";
    private static readonly string[] Mixes = ["x_r", "x_w", "x_k", "x_v", "x_a", "x_g"];

    private readonly Geometry shape;
    private readonly Tensor[] mixes;
    private readonly Tensor r, k, v, output, scaleKappa, scaleKey, bonus;
    private readonly LowRank decay, rate, gate;
    private readonly LowRank? valueResidual;
    private readonly Tensor? norm, normBias;

    /// <summary>What a variant file may set.</summary>
    public static IReadOnlyList<MixerOption> Options { get; } =
    [
        new("headDimension", "auto", "key width of a head; auto: 64, or width / heads where that is less"),
        new("valueWidth", "auto", "total value width; auto: the model width"),
        new("decayLowRank", "auto", "rank of the decay; auto: about 2.5 √d"),
        new("rateLowRank", "auto", "rank of the in-context learning rate; auto: about 2.5 √d"),
        new("valueLowRank", "auto", "rank of the value residual; auto: about 1.7 √d"),
        new("gateLowRank", "auto", "rank of the gate; auto: about 5 √d"),
        new("normWeight", "true", "whether the group norm has a weight and a bias"),
        new("fusedNorm", "false", "L2 norm with ε inside the root, as FLA's fused path; false: x / max(‖x‖, 1e-12)", ChangesWeights: false),
        new("chunkLength", "64", "tokens a chunk of the parallel form", ChangesWeights: false),
    ];

    /// <summary>Parameters, state and operations.</summary>
    public static MixerDescription Describe(MixerSettings settings)
    {
        var (s, d) = (new Geometry(settings), settings.Width);
        var ramps = new Rwkv7Initialisation(d, s.Head, settings.LayerIndex, settings.LayerCount);
        List<ParameterDescription> parameters =
        [
            .. Mixes.Select(name => new ParameterDescription(name, [1, 1, d], new Initialisation.Values(() => ramps.Mix(name)), NoWeightDecay: true) { ProductsPerToken = 0 }),
            new("k_k", [d], new Initialisation.Values(() => ramps.KeyScale()), NoWeightDecay: true),
            new("k_a", [d], new Initialisation.Constant(1.02), NoWeightDecay: true),
            new("r_k", [s.Heads, s.Head], new Initialisation.Constant(-0.04), NoWeightDecay: true) { ProductsPerToken = 0 },
            new("r_proj.weight", [d, d], new Initialisation.Orthogonal(1)),
            new("k_proj.weight", [d, d], new Initialisation.Orthogonal(0.1)),
            new("v_proj.weight", [s.ValueWidth, d], new Initialisation.Orthogonal(1)),
            new("o_proj.weight", [d, s.ValueWidth], new Initialisation.Constant(0)),
            .. LowRank.Describe("w_lora", d, s.DecayRank, d, new Initialisation.Values(() => ramps.DecayBias())),
        ];
        if (settings.LayerIndex != 0)
        {
            parameters.AddRange(LowRank.Describe("v_lora", d, s.ValueRank, s.ValueWidth, new Initialisation.Values(() => ramps.ValueBias(s.ValueWidth))));
        }
        parameters.AddRange(LowRank.Describe("a_lora", d, s.RateRank, d, new Initialisation.Values(() => ramps.RateBias())));
        parameters.AddRange(LowRank.Describe("g_lora", d, s.GateRank, s.ValueWidth, null));
        if (s.NormWeight)
        {
            parameters.Add(new("g_norm.weight", [s.ValueWidth], new Initialisation.Constant(ramps.NormWeight), NoWeightDecay: true));
            parameters.Add(ParameterDescription.Bias("g_norm.bias", s.ValueWidth));
        }
        return new MixerDescription(
            parameters,
            [new("recurrent", [s.Heads, s.Head, s.ValueHead], Single: true), new(LastInput, [1, d], Single: false)],
            _ => 9.0 * s.Heads * s.Head * s.ValueHead);
    }

    /// <summary>Claims the parameters.</summary>
    public Rwkv7Mixer(MixerSettings settings, MixerParameters parameters) : base(Describe(settings))
    {
        shape = new Geometry(settings);
        mixes = [.. Mixes.Select(name => parameters[name])];
        (scaleKappa, scaleKey, bonus) = (parameters["k_k"], parameters["k_a"], parameters["r_k"]);
        (r, k, v, output) = (parameters["r_proj.weight"], parameters["k_proj.weight"], parameters["v_proj.weight"], parameters["o_proj.weight"]);
        decay = new LowRank("w_lora", parameters, x => x.tanh());
        valueResidual = settings.LayerIndex != 0 ? new LowRank("v_lora", parameters, null) : null;
        rate = new LowRank("a_lora", parameters, null);
        gate = new LowRank("g_lora", parameters, x => x.sigmoid());
        (norm, normBias) = shape.NormWeight ? (parameters["g_norm.weight"], parameters["g_norm.bias"]) : (null, null);
    }

    private protected override Tensor Run(Tensor x, MixerState? state, MixerCall call, bool recurrent)
    {
        var length = x.shape[1];
        var before = state?[LastInput].to_type(x.dtype) ?? zeros_like(x.narrow(1, 0, 1));
        var delta = cat([before, x.narrow(1, 0, length - 1)], 1) - x;
        var mixed = mixes.Select(mix => addcmul(x, delta, mix, 1)).ToArray();
        var (xr, xw, xk, xv, xa, xg) = (mixed[0], mixed[1], mixed[2], mixed[3], mixed[4], mixed[5]);

        var rows = nn.functional.linear(xr, r);
        var key = nn.functional.linear(xk, k);
        var value = WithFirstValue(nn.functional.linear(xv, v), xv, call);
        var a = rate.Apply(xa).sigmoid();
        var w = DecayGates.Rwkv7(decay.Apply(xw));
        var scaled = Heads.Split(key * scaleKappa, shape.Head);
        var kappa = shape.FusedNorm ? Normalisation.L2(scaled) : Normalisation.L2Floored(scaled);
        key = key * (1 + (a - 1) * scaleKey);

        var (R, W, K, A) = (Heads.Split(rows, shape.Head), Heads.Split(w, shape.Head), Heads.Split(key, shape.Head), Heads.Split(a, shape.Head));
        var V = Heads.Split(value, shape.ValueHead);
        var initial = state?["recurrent"];
        var result = recurrent
            ? DiagonalPlusLowRank.Recurrent(R, W, K, V, -kappa, kappa * A, 1, initial, inPlace: true)
            : DiagonalPlusLowRank.Chunkwise(R, W, K, V, -kappa, kappa * A, 1, initial, shape.ChunkLength, DecayGates.LeastRwkv7);
        if (state is not null)
        {
            state["recurrent"] = result.FinalState;
            state[LastInput] = x.narrow(1, length - 1, 1).detach().clone();
        }
        var o = Normalisation.Group(Heads.Merge(result.Output), shape.Heads, norm, normBias, shape.NormEpsilon);
        var current = Heads.Merge((R * K * bonus).sum(-1, keepdim: true) * V);
        return nn.functional.linear((o + current) * gate.Apply(xg), output);
    }

    private Tensor WithFirstValue(Tensor value, Tensor xv, MixerCall call)
    {
        if (!call.Shared.TryGetValue(FirstValue, out var first))
        {
            call.Shared[FirstValue] = value;
            return value;
        }
        return valueResidual is null ? value : value + (first - value) * valueResidual.Apply(xv).sigmoid();
    }

    private sealed class Geometry
    {
        public readonly int Heads, Head, ValueWidth, ValueHead, DecayRank, RateRank, ValueRank, GateRank, ChunkLength;
        public readonly bool NormWeight, FusedNorm;
        public readonly double NormEpsilon;

        public Geometry(MixerSettings settings)
        {
            const string Name = "rwkv7";
            var d = settings.Width;
            Head = settings.Integer("headDimension", Math.Min(64, d / settings.HeadCount));
            Heads = Parts.Heads.Width(Name, "model", d, Parts.Heads.AtLeast(Name, "headDimension", Head, 1));
            ValueWidth = settings.Integer("valueWidth", d);
            ValueHead = Parts.Heads.Width(Name, "value", ValueWidth, Heads);
            var factor = Head / 64.0;
            DecayRank = settings.Integer("decayLowRank", Rank(2.5 * Math.Sqrt(d) * factor));
            RateRank = settings.Integer("rateLowRank", Rank(2.5 * Math.Sqrt(d) * factor));
            ValueRank = settings.Integer("valueLowRank", Rank(1.7 * Math.Sqrt(d) * factor));
            GateRank = settings.Integer("gateLowRank", Rank(5 * Math.Sqrt(d)));
            NormWeight = settings.Switch("normWeight", true);
            FusedNorm = settings.Switch("fusedNorm", false);
            NormEpsilon = Head * settings.NormEpsilon;
            ChunkLength = Parts.Heads.AtLeast(Name, "chunkLength", settings.Integer("chunkLength", 64), 1);
        }

        // Rounded to a multiple of 32 with halves to even, as Python's round.
        private static int Rank(double raw) => Math.Max(32, (int)Math.Round(raw / 32, MidpointRounding.ToEven) * 32);
    }
}
