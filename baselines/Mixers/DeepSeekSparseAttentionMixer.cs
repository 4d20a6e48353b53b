using LT2.Eval.Models.Kernels;
using LT2.Eval.Models.Mixers.Operators;
using LT2.Eval.Models.Mixers.Parts;
using static TorchSharp.torch;

namespace LT2.Eval.Models.Mixers;

/// <summary>
/// DSA with a learned lightning indexer, after DeepSeek-V3.2 (DeepSeek-AI 2025) on plain grouped attention: <c>I[t,s] = Σ_h w[t,h] relu(DI^−½ q^I[t,h]·k^I[s])</c>, softmax attention
/// over the k best keys of each query, the same for all heads. q^I and w come from x (V3.2: from the query latent), k^I through a LayerNorm, <c>w = W_w x · HI^−½</c>; half-split RoPE turns the first
/// part of q^I and k^I. V3.2's Hadamard rotation and fp8 only serve quantisation and are left out. FLA has no such layer; the attention part has the names of its <c>Attention</c>.
/// <para>The indexer reads a detached input: only its own loss trains it. <c>indexerLoss</c>: <c>dense</c> is the warm-up (dense attention in the main path, KL over all visible keys; freezing the
/// rest is the recipe's business), <c>sparse</c> is the main stage (KL over the selected keys), <c>none</c> leaves the indexer at its initial values.</para>
/// </summary>
public sealed class DeepSeekSparseAttentionMixer : TokenMixer, IDisposable
{
    private const double KeyNormEpsilon = 1e-6;

    private readonly Geometry shape;
    private readonly InputProjections projections, indexer;
    private readonly Tensor indexKeyNorm, indexKeyBias, output;
    private readonly Layers.RotaryTables? rotation, indexRotation;

    /// <summary>What a variant file may set.</summary>
    public static IReadOnlyList<MixerOption> Options { get; } =
    [
        new("heads", "auto", "query heads; auto: the model's"),
        new("keyValueHeads", "auto", "key and value heads; auto: as many as query heads"),
        new("headDimension", "auto", "width of a head; auto: width / heads"),
        new("rotary", "pairs", "rotation of q and k: pairs (adjacent, as LT2), halves, or none", ChangesWeights: false),
        new("rotaryTheta", "10000", "base of every rotation", ChangesWeights: false),
        new("topK", "2048", "keys each query attends to", ChangesWeights: false),
        new("indexerHeads", "4", "HI, heads of the indexer"),
        new("indexerDimension", "64", "DI, width of an indexer head"),
        new("indexerRotatedDimension", "auto", "channels of q^I and k^I that turn; auto: half of them; 0: none", ChangesWeights: false),
        new("indexerLoss", "sparse", "none, dense (warm-up, with dense attention) or sparse", ChangesWeights: false),
        new("teacher", "attention", "of the sparse stage: attention (what the sparse attention did) or restricted (dense probabilities, restricted)", ChangesWeights: false),
    ];

    /// <summary>Parameters, state and operations.</summary>
    public static MixerDescription Describe(MixerSettings settings)
    {
        var s = new Geometry(settings);
        return new MixerDescription(
            [
                .. InputProjections.Describe(s.Streams, settings.Width, 0, false),
                ParameterDescription.Linear("o_proj.weight", settings.Width, s.QueryHeads * s.Head),
                .. InputProjections.Describe(s.IndexStreams, settings.Width, 0, false),
                ParameterDescription.Norm("indexer.k_norm.weight", s.IndexWidth),
                ParameterDescription.Bias("indexer.k_norm.bias", s.IndexWidth),
            ],
            [
                new("keys", [s.KeyHeads, s.Head], Single: false, GrowsWithContext: true, MostRead: s.Attended),
                new("values", [s.KeyHeads, s.Head], Single: false, GrowsWithContext: true, MostRead: s.Attended),
                new("indexerKeys", [s.IndexWidth], Single: false, GrowsWithContext: true),
            ],
            context => (4.0 * s.QueryHeads * s.Head * Math.Min(context, s.Attended ?? context)) + (2.0 * s.IndexHeads * s.IndexWidth * context));
    }

    /// <summary>Claims the parameters.</summary>
    public DeepSeekSparseAttentionMixer(MixerSettings settings, MixerParameters parameters) : base(Describe(settings))
    {
        shape = new Geometry(settings);
        projections = new InputProjections(parameters, shape.Streams, 0, false);
        indexer = new InputProjections(parameters, shape.IndexStreams, 0, false);
        (indexKeyNorm, indexKeyBias) = (parameters["indexer.k_norm.weight"], parameters["indexer.k_norm.bias"]);
        output = parameters["o_proj.weight"];
        if (shape.Rotation != "none") rotation = new Layers.RotaryTables(shape.Head, shape.Theta, shape.Rotation == "pairs");
        if (shape.IndexRotated > 0) indexRotation = new Layers.RotaryTables(shape.IndexRotated, shape.Theta, adjacentPairs: false);
    }

    /// <inheritdoc/>
    public override Tensor StepWithResidual(Tensor h, Tensor normWeight, double epsilon, MixerState state, MixerCall call)
    {
        if (shape.Loss == "dense" || call.Positions.InDeviceMemory is null || !FusedDecodeAttention.Serves(h, shape.Head, shape.QueryHeads)
            || !FusedIndexer.Serves(h, shape.IndexHeads, shape.IndexWidth))
        {
            return base.StepWithResidual(h, normWeight, epsilon, state, call);
        }
        ContextCache.Require(state, "keys", call.Positions, 1);
        var tokens = call.Positions.Largest + 1;
        var chosen = FusedIndexer.Choose(
            indexer.Product(h, normWeight, epsilon), indexRotation?.PairTable(tokens, h.device), indexKeyNorm, indexKeyBias, KeyNormEpsilon,
            shape.Indexer, state["indexerKeys"], call.Positions, shape.Count);
        var heads = new FusedDecodeAttention.Heads(
            shape.QueryHeads, shape.KeyHeads, shape.Head, rotation?.PairTable(tokens, h.device), rotation?.AdjacentPairs ?? false, null, null, 0, false);
        var attended = FusedDecodeAttention.Apply(projections.Product(h, normWeight, epsilon), state["keys"], state["values"], call.Positions, heads, chosen);
        return DecodeLinear.Run(attended, output, residual: h);
    }

    /// <summary>Tables of the rotations.</summary>
    public void Dispose()
    {
        rotation?.Dispose();
        indexRotation?.Dispose();
    }

    /// <inheritdoc/>
    public override Tensor Forward(Tensor x, MixerState? state, MixerCall call)
    {
        if (shape.Loss != "dense" && call.AuxiliaryLosses is null && x.shape[1] > 1 && call.Positions.Common is { } offset && !FusedOperations.Recorded(x, output)
            && FusedSparsePrefill.Serves(x, shape.QueryHeads, shape.KeyHeads, shape.Head, shape.Indexer, shape.Count))
        {
            return Prefill(x, state, call.Positions, offset);
        }
        var positions = Heads.Positions(call.Positions, x.shape[1], x.device);
        var streams = projections.Apply(x, null, silu: false);
        var (q, k, v) = (Turn(Heads.Split(streams[0], shape.Head), positions), Turn(Heads.Split(streams[1], shape.Head), positions), Heads.Split(streams[2], shape.Head));
        var (indexQuery, indexKey, indexWeight) = Index(x.detach(), positions);
        if (state is not null)
        {
            k = ContextCache.Append(state, "keys", k, call.Positions);
            v = ContextCache.Append(state, "values", v, call.Positions);
            indexKey = ContextCache.Append(state, "indexerKeys", indexKey, call.Positions);
        }
        if (call.AuxiliaryLosses is not null)
        {
            return nn.functional.linear(Heads.Merge(Attend(q, k, v, indexQuery, indexKey, indexWeight, positions, call.AuxiliaryLosses)), output);
        }
        var attention = QueryPieces.Run(x.shape[1], x.shape[0] * shape.QueryHeads * k.shape[1], (first, count) => Attend(
            q.narrow(1, first, count), k, v, indexQuery.narrow(1, first, count), indexKey, indexWeight.narrow(1, first, count), positions.narrow(-1, first, count), null));
        return nn.functional.linear(Heads.Merge(attention), output);
    }

    private Tensor Attend(
        Tensor q, Tensor k, Tensor v, Tensor indexQuery, Tensor indexKey, Tensor indexWeight, Tensor positions, IList<Tensor>? losses)
    {
        var causal = AttentionMask.Causal(positions, k.shape[1]);
        var visible = causal.dim() == 4 ? causal.squeeze(1) : causal;
        var scores = LightningIndexer.Scores(indexQuery, indexKey, indexWeight);
        var selected = LightningIndexer.Select(scores, visible, shape.Count);
        var dense = shape.Loss == "dense";
        var attended = dense ? causal : selected.unsqueeze(1);
        // Attention's own probabilities are the teacher: computed once.
        var probabilities = SoftmaxAttention.Probabilities(q, k, attended, everyRowSees: true);
        if (losses is not null && shape.Loss != "none")
        {
            losses.Add(IndexerDivergence(q, k, scores, visible, selected, probabilities).mean());
        }
        return SoftmaxAttention.Weighted(probabilities, v);
    }

    /// <summary>Many tokens by kernels, with no score of all queries in memory.</summary>
    private Tensor Prefill(Tensor x, MixerState? state, SequencePositions positions, int offset)
    {
        var (batch, length) = (x.shape[0], x.shape[1]);
        var packed = projections.Packed(x);
        var (q, k, v) = rotation?.TrySplit(packed, positions, shape.QueryHeads, shape.KeyHeads) ?? Unturned(packed);
        var indexKeys = state is null ? empty([batch, length, shape.IndexWidth], x.dtype, x.device) : state["indexerKeys"];
        if (state is not null)
        {
            k = ContextCache.Append(state, "keys", k, positions);
            v = ContextCache.Append(state, "values", v, positions);
        }
        var questions = indexer.Packed(x);
        var table = indexRotation?.PairTable(offset + (int)length, x.device);
        var asked = Enumerable.Range(0, (int)batch).Select(row => FusedPrefillIndexer.Prepare(
            questions.select(0, row), table, indexKeyNorm, indexKeyBias, KeyNormEpsilon, shape.Indexer, indexKeys.select(0, row), offset)).ToList();
        return nn.functional.linear(Heads.Merge(FusedSparsePrefill.Attend(q, k, v, asked, indexKeys, shape.Indexer, shape.Count)), output);
    }

    private (Tensor Q, Tensor K, Tensor V) Unturned(Tensor packed)
    {
        var heads = Heads.Split(packed, shape.Head);
        return (heads.narrow(2, 0, shape.QueryHeads), heads.narrow(2, shape.QueryHeads, shape.KeyHeads), heads.narrow(2, shape.QueryHeads + shape.KeyHeads, shape.KeyHeads));
    }

    /// <inheritdoc/>
    public override Tensor Step(Tensor x, MixerState state, MixerCall call) => Forward(x, state, call);

    private Tensor IndexerDivergence(Tensor q, Tensor k, Tensor scores, Tensor visible, Tensor selected, Tensor attention)
    {
        Tensor teacher;
        using (no_grad())
        {
            var restricted = shape.Loss == "sparse" && shape.RestrictedTeacher;
            teacher = IndexerLoss.Teacher(restricted ? SoftmaxAttention.Probabilities(q, k, visible.dim() == 3 ? visible.unsqueeze(1) : visible) : attention);
            teacher = restricted ? IndexerLoss.Restrict(teacher, selected) : teacher;
        }
        return IndexerLoss.Divergence(teacher, scores, shape.Loss == "dense" ? visible : selected);
    }

    /// <summary>q^I <c>[B,L,HI,DI]</c>, k^I <c>[B,L,DI]</c>, w <c>[B,L,HI]</c>.</summary>
    private (Tensor Query, Tensor Key, Tensor Weight) Index(Tensor x, Tensor positions)
    {
        var streams = indexer.Apply(x, null, silu: false);
        var query = Heads.Split(streams[0], shape.IndexWidth);
        var raised = WorkingPrecision.Raise(streams[1]);
        var key = nn.functional.layer_norm(raised, [shape.IndexWidth], indexKeyNorm.to_type(raised.dtype), indexKeyBias.to_type(raised.dtype), KeyNormEpsilon).to_type(x.dtype);
        if (shape.IndexRotated > 0)
        {
            query = RotaryEmbedding.Apply(query, positions, shape.Theta, rotated: shape.IndexRotated);
            key = RotaryEmbedding.Apply(key.unsqueeze(2), positions, shape.Theta, rotated: shape.IndexRotated).squeeze(2);
        }
        return (query, key, streams[2] * Math.Pow(shape.IndexHeads, -0.5));
    }

    private Tensor Turn(Tensor x, Tensor positions) => shape.Rotation == "none" ? x : RotaryEmbedding.Apply(x, positions, shape.Theta, shape.Rotation == "pairs");

    private sealed class Geometry
    {
        public readonly int QueryHeads, KeyHeads, Head, Count, IndexHeads, IndexWidth, IndexRotated;
        public readonly int? Attended; // most keys that a query attends to; null in the dense warm-up
        public readonly bool RestrictedTeacher;
        public readonly double Theta;
        public readonly string Rotation, Loss;
        public readonly ProjectionStream[] Streams, IndexStreams;
        public readonly FusedIndexer.Shape Indexer;

        public Geometry(MixerSettings settings)
        {
            const string Name = "dsa";
            QueryHeads = settings.Integer("heads", settings.HeadCount);
            KeyHeads = settings.Integer("keyValueHeads", QueryHeads);
            Heads.RequireGroups(Name, QueryHeads, KeyHeads, "query heads", "key and value heads");
            Head = Heads.AtLeast(Name, "headDimension", settings.Integer("headDimension", settings.Width / QueryHeads), 1);
            Rotation = settings.Word("rotary", "pairs", "pairs", "halves", "none");
            Theta = settings.Real("rotaryTheta", 10000);
            Count = Heads.AtLeast(Name, "topK", settings.Integer("topK", 2048), 1);
            IndexHeads = Heads.AtLeast(Name, "indexerHeads", settings.Integer("indexerHeads", 4), 1);
            IndexWidth = Heads.AtLeast(Name, "indexerDimension", settings.Integer("indexerDimension", 64), 1);
            IndexRotated = settings.Integer("indexerRotatedDimension", IndexWidth / 4 * 2);
            if (IndexRotated < 0 || IndexRotated % 2 != 0 || IndexRotated > IndexWidth)
            {
                throw new ModelException($"{Name}: indexerRotatedDimension is {IndexRotated}; it must be even, at least 0 and at most the indexerDimension {IndexWidth}.");
            }
            if (Rotation != "none" && Head % 2 != 0)
            {
                throw new ModelException($"{Name}: the rotation needs an even head width, not {Head}.");
            }
            Indexer = new(IndexHeads, IndexWidth, IndexRotated);
            Loss = settings.Word("indexerLoss", "sparse", "none", "dense", "sparse");
            Attended = Loss == "dense" ? null : Count;
            RestrictedTeacher = settings.Word("teacher", "attention", "attention", "restricted") == "restricted";
            Streams = [new("q_proj", QueryHeads * Head), new("k_proj", KeyHeads * Head), new("v_proj", KeyHeads * Head)];
            IndexStreams = [new("indexer.q_proj", IndexHeads * IndexWidth), new("indexer.k_proj", IndexWidth), new("indexer.weights_proj", IndexHeads)];
        }
    }
}
