using LT2.Eval.Models.Mixers.Operators;
using LT2.Eval.Models.Mixers.Parts;
using static TorchSharp.torch;

namespace LT2.Eval.Models.Mixers;

/// <summary>
/// DSA as LT2's released code has it (its <c>DSABlock</c>): one shared key/value head whose value is the first part of its key, no rotation, scores that are the mean over heads of plain dot products
/// (no relu, no weights), and an indexer that is computed without gradient and has no loss: it stays at its random first values. Offered so that it can be compared with the learned form.
/// The released kernel fixes the value part at 512 and the tail at 64 channels; here both are options.
/// </summary>
public sealed class UntrainedSparseAttentionMixer : TokenMixer
{
    private readonly Geometry shape;
    private readonly InputProjections projections, indexer;
    private readonly Tensor output;

    /// <summary>What a variant file may set.</summary>
    public static IReadOnlyList<MixerOption> Options { get; } =
    [
        new("heads", "auto", "query heads; auto: the model's"),
        new("valueDimension", "auto", "value part of the shared head; auto: 4 · width / heads (512 at width 2048 with 16 heads, as released)"),
        new("tailDimension", "auto", "further channels of query and key; auto: width / (2 · heads) (64 there)"),
        new("topK", "2048", "keys each query attends to", ChangesWeights: false),
        new("indexerDimension", "64", "width of an indexer head"),
    ];

    /// <summary>Parameters, state and operations.</summary>
    public static MixerDescription Describe(MixerSettings settings)
    {
        var s = new Geometry(settings);
        // Weight decay would be the only thing to move the indexer.
        var frozen = InputProjections.Describe(s.IndexStreams, settings.Width, 0, false).Select(p => p with { NoWeightDecay = true });
        return new MixerDescription(
            [
                .. InputProjections.Describe(s.Streams, settings.Width, 0, false),
                ParameterDescription.Linear("o_proj.weight", settings.Width, s.QueryHeads * s.ValueWidth),
                .. frozen,
            ],
            [
                new("keyValues", [1, s.KeyWidth], Single: false, GrowsWithContext: true, MostRead: s.Count),
                new("indexerKeys", [s.IndexWidth], Single: false, GrowsWithContext: true),
            ],
            context => (2.0 * s.QueryHeads * (s.KeyWidth + s.ValueWidth) * Math.Min(context, s.Count)) + (2.0 * s.QueryHeads * s.IndexWidth * context));
    }

    /// <summary>Claims the parameters.</summary>
    public UntrainedSparseAttentionMixer(MixerSettings settings, MixerParameters parameters) : base(Describe(settings))
    {
        shape = new Geometry(settings);
        projections = new InputProjections(parameters, shape.Streams, 0, false);
        indexer = new InputProjections(parameters, shape.IndexStreams, 0, false);
        output = parameters["o_proj.weight"];
    }

    /// <inheritdoc/>
    public override Tensor Forward(Tensor x, MixerState? state, MixerCall call)
    {
        var streams = projections.Apply(x, null, silu: false);
        var (q, kv) = (Heads.Split(streams[0], shape.KeyWidth), Heads.Split(streams[1], shape.KeyWidth));
        Tensor indexQuery, indexKey;
        using (no_grad())
        {
            var index = indexer.Apply(x, null, silu: false);
            (indexQuery, indexKey) = (Heads.Split(index[0], shape.IndexWidth), index[1]);
            if (state is not null)
            {
                kv = ContextCache.Append(state, "keyValues", kv, call.Positions);
                indexKey = ContextCache.Append(state, "indexerKeys", indexKey, call.Positions);
            }
        }
        var positions = Heads.Positions(call.Positions, x.shape[1], x.device);
        var o = QueryPieces.Run(x.shape[1], x.shape[0] * shape.QueryHeads * kv.shape[1], (first, count) =>
        {
            Tensor selected;
            using (no_grad())
            {
                var causal = AttentionMask.Causal(positions.narrow(-1, first, count), kv.shape[1]);
                var scores = LightningIndexer.MeanScores(indexQuery.narrow(1, first, count), indexKey);
                selected = LightningIndexer.Select(scores, causal.dim() == 4 ? causal.squeeze(1) : causal, shape.Count);
            }
            return SoftmaxAttention.Masked(q.narrow(1, first, count), kv, kv.narrow(-1, 0, shape.ValueWidth), selected.unsqueeze(1));
        });
        return nn.functional.linear(Heads.Merge(o), output);
    }

    /// <inheritdoc/>
    public override Tensor Step(Tensor x, MixerState state, MixerCall call) => Forward(x, state, call);

    private sealed class Geometry
    {
        public readonly int QueryHeads, KeyWidth, ValueWidth, Count, IndexWidth;
        public readonly ProjectionStream[] Streams, IndexStreams;

        public Geometry(MixerSettings settings)
        {
            const string Name = "dsa-untrained";
            QueryHeads = Heads.AtLeast(Name, "heads", settings.Integer("heads", settings.HeadCount), 1);
            ValueWidth = Heads.AtLeast(Name, "valueDimension", settings.Integer("valueDimension", 4 * settings.Width / QueryHeads), 1);
            KeyWidth = ValueWidth + Heads.AtLeast(Name, "tailDimension", settings.Integer("tailDimension", settings.Width / (2 * QueryHeads)), 0);
            Count = Heads.AtLeast(Name, "topK", settings.Integer("topK", 2048), 1);
            IndexWidth = Heads.AtLeast(Name, "indexerDimension", settings.Integer("indexerDimension", 64), 1);
            Streams = [new("q_proj", QueryHeads * KeyWidth), new("kv_proj", KeyWidth)];
            IndexStreams = [new("indexer.q_proj", QueryHeads * IndexWidth), new("indexer.k_proj", IndexWidth)];
        }
    }
}
