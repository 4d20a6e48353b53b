using LT2.Eval.Models.Mixers.Operators;
using LT2.Eval.Models.Mixers.Parts;
using static TorchSharp.torch;

namespace LT2.Eval.Models.Mixers;

/// <summary>
/// Linear attention, after FLA's <c>LinearAttention</c> (fla/layers/linear_attn.py; there heads 8, expand_k = expand_v = 1, feature map elementwise_product, RMSNorm over each head, no gate,
/// no normaliser, no convolution, no positions): a feature map on q and k, <c>S_t = S_{t−1} + k_t v_tᵀ</c>, W_o.
/// </summary>
public sealed class LinearAttentionMixer : RecurrentMixer
{
    private readonly Geometry shape;
    private readonly InputProjections projections;
    private readonly LearnedFeatureMap mapQuery, mapKey;
    private readonly Tensor? norm;
    private readonly Tensor output;
    private readonly double normEpsilon;

    /// <summary>What a variant file may set.</summary>
    public static IReadOnlyList<MixerOption> Options { get; } =
    [
        new("heads", "auto", "query heads; auto: the model's"),
        new("keyValueHeads", "auto", "key and value heads; auto: as many as query heads"),
        new("keyExpansion", "1", "total key width over model width"),
        new("valueExpansion", "1", "total value width over model width"),
        new("featureMap", "elementwise_product", string.Join(", ", LearnedFeatureMap.Kinds)),
        new("tieFeatureMap", "false", "one learned map for q and k"),
        new("outputNorm", "rmsnorm", "rmsnorm or identity"),
        new("normWeight", "true", "whether the output norm has a weight"),
        new("normaliseQuery", "false", "divide q by its sum + 1e-4", ChangesWeights: false),
        new("normaliseKey", "false", "divide k by its sum + 1e-4", ChangesWeights: false),
        new("normaliser", "false", "divide the output by q·Σk", ChangesWeights: false),
        MixerOption.NormEpsilon,
        new("chunkLength", "64", "tokens a chunk of the parallel form", ChangesWeights: false),
    ];

    /// <summary>Parameters, state and operations.</summary>
    public static MixerDescription Describe(MixerSettings settings)
    {
        var s = new Geometry(settings);
        var parameters = InputProjections.Describe(s.Streams, settings.Width, 0, false).ToList();
        parameters.AddRange(LearnedFeatureMap.Describe(s.FeatureMap, "feature_map_q", s.KeyHead, s.Tied ? s.Heads + s.SharedHeads : s.Heads));
        if (!s.Tied)
        {
            parameters.AddRange(LearnedFeatureMap.Describe(s.FeatureMap, "feature_map_k", s.KeyHead, s.SharedHeads));
        }
        if (s.NormWeight)
        {
            parameters.Add(ParameterDescription.Norm("norm.weight", s.ValueHead));
        }
        parameters.Add(ParameterDescription.Linear("o_proj.weight", settings.Width, s.Heads * s.ValueHead));
        var state = new List<StateTensorDescription> { new("recurrent", [s.Heads, s.FeatureWidth, s.ValueHead], Single: true) };
        if (s.Normaliser)
        {
            state.Add(new("keySum", [s.Heads, s.FeatureWidth], Single: true));
        }
        return new MixerDescription(parameters, state, _ => 4.0 * s.Heads * s.FeatureWidth * s.ValueHead);
    }

    /// <summary>Claims the parameters.</summary>
    public LinearAttentionMixer(MixerSettings settings, MixerParameters parameters) : base(Describe(settings))
    {
        shape = new Geometry(settings);
        projections = new InputProjections(parameters, shape.Streams, 0, false);
        mapQuery = new LearnedFeatureMap(shape.FeatureMap, "feature_map_q", parameters);
        mapKey = shape.Tied ? mapQuery : new LearnedFeatureMap(shape.FeatureMap, "feature_map_k", parameters);
        norm = shape.NormWeight ? parameters["norm.weight"] : null;
        output = parameters["o_proj.weight"];
        normEpsilon = settings.OutputNormEpsilon;
    }

    private protected override Tensor Run(Tensor x, MixerState? state, MixerCall call, bool recurrent)
    {
        var streams = projections.Apply(x, state, silu: false);
        var q = mapQuery.Apply(Heads.Split(streams[0], shape.KeyHead));
        var k = HeadGroups.Repeat(mapKey.Apply(Heads.Split(streams[1], shape.KeyHead)), shape.Heads);
        var v = HeadGroups.Repeat(Heads.Split(streams[2], shape.ValueHead), shape.Heads);
        (q, k) = (shape.NormaliseQuery ? BySum(q) : q, shape.NormaliseKey ? BySum(k) : k);
        var initial = state?["recurrent"];
        var result = recurrent ? LinearAttention.Recurrent(q, k, v, null, initial, inPlace: true) : LinearAttention.Chunkwise(q, k, v, null, initial, shape.ChunkLength);
        var o = result.Output;
        if (shape.Normaliser)
        {
            var normalised = LinearAttention.Normalise(result, q, k, null, state?["keySum"]);
            o = normalised.Output;
            if (state is not null)
            {
                state["keySum"] = normalised.FinalKeySum;
            }
        }
        if (state is not null)
        {
            state["recurrent"] = result.FinalState;
        }
        if (shape.RootMeanSquare)
        {
            o = Normalisation.RootMeanSquare(o, norm, normEpsilon);
        }
        return nn.functional.linear(Heads.Merge(o), output);
    }

    private static Tensor BySum(Tensor x) => x / (x.sum(-1, keepdim: true) + 1e-4);

    private sealed class Geometry
    {
        public readonly int Heads, SharedHeads, KeyHead, ValueHead, FeatureWidth, ChunkLength;
        public readonly bool Tied, RootMeanSquare, NormWeight, NormaliseQuery, NormaliseKey, Normaliser;
        public readonly string FeatureMap;
        public readonly ProjectionStream[] Streams;

        public Geometry(MixerSettings settings)
        {
            const string Name = "linear";
            Heads = settings.Integer("heads", settings.HeadCount);
            SharedHeads = settings.Integer("keyValueHeads", Heads);
            Parts.Heads.RequireGroups(Name, Heads, SharedHeads, "query heads", "key and value heads");
            KeyHead = Parts.Heads.Width(Name, "key", settings.Width * settings.Real("keyExpansion", 1), Heads);
            ValueHead = Parts.Heads.Width(Name, "value", settings.Width * settings.Real("valueExpansion", 1), Heads);
            FeatureMap = settings.Word("featureMap", "elementwise_product", LearnedFeatureMap.Kinds);
            FeatureWidth = LearnedFeatureMap.OutputWidth(FeatureMap, KeyHead);
            Tied = settings.Switch("tieFeatureMap", false);
            RootMeanSquare = settings.Word("outputNorm", "rmsnorm", "rmsnorm", "identity") == "rmsnorm";
            NormWeight = RootMeanSquare && settings.Switch("normWeight", true);
            NormaliseQuery = settings.Switch("normaliseQuery", false);
            NormaliseKey = settings.Switch("normaliseKey", false);
            Normaliser = settings.Switch("normaliser", false);
            ChunkLength = Parts.Heads.AtLeast(Name, "chunkLength", settings.Integer("chunkLength", 64), 1);
            Streams = [new("q_proj", Heads * KeyHead), new("k_proj", SharedHeads * KeyHead), new("v_proj", SharedHeads * ValueHead)];
        }
    }
}
