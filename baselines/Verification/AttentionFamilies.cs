using LT2.Eval.Models.Mixers.Operators;
using static TorchSharp.torch;

namespace LT2.Eval.Models.Verification;

/// <summary>The operators with a cache, by their golden files. Their recurrent form takes one query at a time against the keys up to it.</summary>
internal static class AttentionFamilies
{
    private static readonly string[] Qkv = ["q", "k", "v"];

    public static IReadOnlyList<OperatorFamily> All { get; } =
    [
        new("softmax_attn", [], Qkv, SoftmaxCase, Chunked: false),
        new("swa", [], Qkv, SoftmaxCase, Chunked: false),
        new("nsa", [], Qkv, NativeSparseCase, Chunked: false, SelectionOutputs: ["o", "o_slc", "block_mask", "block_indices"]),
        new("dsa", [], [.. Qkv, "q_idx", "k_idx"], DeepSeekSparseCase, Chunked: false,
            SelectionOutputs: ["o", "sel_mask", "indices", "target_sparse", "kl_sparse", "kl_sparse_restricted_teacher"]),
    ];

    private static Dictionary<string, Tensor> SoftmaxCase(CaseInputs x, OperatorForm form)
    {
        var (q, k, v) = (x["q"], x["k"], x["v"]);
        var offset = Offset(x);
        var outputs = new Dictionary<string, Tensor>();
        if (x.Attributes.Number("rope_theta") is { } theta)
        {
            var interleaved = x.Attributes.Flag("rope_interleaved");
            q = RotaryEmbedding.Apply(q, RotaryEmbedding.Positions(offset, q.shape[1], q.device), theta, interleaved);
            k = RotaryEmbedding.Apply(k, RotaryEmbedding.Positions(0, k.shape[1], k.device), theta, interleaved);
            (outputs["q_rot"], outputs["k_rot"]) = (q, k);
        }
        var window = x.Attributes.Integer("window");
        Tensor o;
        if (x.Attributes.Has("causal") && !x.Attributes.Flag("causal"))
        {
            o = SoftmaxAttention.Masked(q, k, v, ones(q.shape[1], k.shape[1], dtype: ScalarType.Bool, device: q.device), x.Scale);
        }
        else if (form.IsRecurrent)
        {
            // What a ring buffer of w entries (or a growing cache) holds when query i arrives.
            o = ByQuery(q.shape[1], i =>
            {
                var (first, last) = (window is { } w ? Math.Max(0, offset + i - w + 1) : 0, Math.Min(offset + i, k.shape[1] - 1));
                var count = last - first + 1;
                return SoftmaxAttention.Causal(q.narrow(1, i, 1), k.narrow(1, first, count), v.narrow(1, first, count), x.Scale);
            });
        }
        else
        {
            o = SoftmaxAttention.Causal(q, k, v, x.Scale, window, offset);
        }
        outputs["o"] = x.Find("gate_logit") is { } gate ? o * gate.sigmoid() : o;
        return outputs;
    }

    private static Dictionary<string, Tensor> NativeSparseCase(CaseInputs x, OperatorForm form)
    {
        var options = new NativeSparseOptions(
            x.Attributes.Integer("block_size") ?? 64, x.Attributes.Integer("block_count") ?? 16, x.Attributes.Integer("window") ?? 512);
        var (q, k, v) = (x["q"], x["k"], x["v"]);
        var (cmp, slc, swa) = (x["g_cmp"], x["g_slc"], x["g_swa"]);
        var offset = Offset(x);
        if (form.IsRecurrent)
        {
            var steps = Enumerable.Range(0, (int)q.shape[1]).Select(i => NativeSparseAttention.Attend(
                q.narrow(1, i, 1), k.narrow(1, 0, offset + i + 1), v.narrow(1, 0, offset + i + 1),
                cmp.narrow(1, i, 1), slc.narrow(1, i, 1), swa.narrow(1, i, 1), options, x.Scale)).ToArray();
            return new()
            {
                ["o"] = cat([.. steps.Select(s => s.Output)], 1),
                ["o_cmp"] = cat([.. steps.Select(s => s.Compressed)], 1),
                ["o_slc"] = cat([.. steps.Select(s => s.Selected)], 1),
                ["o_swa"] = cat([.. steps.Select(s => s.Windowed)], 1),
                ["block_indices"] = cat([.. steps.Select(s => s.BlockIndices)], 1),
            };
        }
        var all = NativeSparseAttention.Attend(
            q, k, v, cmp, slc, swa, options, x.Scale, RotaryEmbedding.Positions(offset, q.shape[1], q.device));
        return new()
        {
            ["o"] = all.Output, ["o_cmp"] = all.Compressed, ["o_slc"] = all.Selected, ["o_swa"] = all.Windowed,
            ["block_mask"] = all.BlockMask, ["block_indices"] = all.BlockIndices, ["block_score"] = all.BlockScore,
        };
    }

    private static Dictionary<string, Tensor> DeepSeekSparseCase(CaseInputs x, OperatorForm form)
    {
        var (q, k, v) = (x["q"], x["k"], x["v"]);
        var indexScale = x.Attributes.Number("index_scale");
        var count = x.Attributes.Integer("topk") ?? throw new ModelException("the case has no attribute 'topk'.");
        var offset = Offset(x);
        if (form.IsRecurrent)
        {
            return new()
            {
                ["o"] = ByQuery(q.shape[1], i =>
                {
                    var (seen, query) = (offset + i + 1, q.narrow(1, i, 1));
                    var scores = LightningIndexer.Scores(x["q_idx"].narrow(1, i, 1), x["k_idx"].narrow(1, 0, seen), x["w_idx"].narrow(1, i, 1), indexScale);
                    var chosen = LightningIndexer.Select(scores, ones_like(scores, dtype: ScalarType.Bool), count);
                    return SoftmaxAttention.Masked(query, k.narrow(1, 0, seen), v.narrow(1, 0, seen), chosen.unsqueeze(1), x.Scale);
                }),
            };
        }
        var visible = AttentionMask.Causal(RotaryEmbedding.Positions(offset, q.shape[1], q.device), k.shape[1]);
        var score = LightningIndexer.Scores(x["q_idx"], x["k_idx"], x["w_idx"], indexScale);
        var mask = LightningIndexer.Select(score, visible, count);
        var indices = LightningIndexer.Indices(mask, count);
        var dense = IndexerLoss.Teacher(SoftmaxAttention.Probabilities(q, k, visible, x.Scale));
        var sparse = IndexerLoss.Teacher(SoftmaxAttention.Probabilities(q, k, mask.unsqueeze(1), x.Scale));
        return new()
        {
            ["o"] = SoftmaxAttention.Masked(q, k, v, mask.unsqueeze(1), x.Scale),
            ["o_dense"] = SoftmaxAttention.Masked(q, k, v, visible, x.Scale),
            ["index_score"] = score.masked_fill(visible.logical_not(), 0),
            ["sel_mask"] = mask,
            ["indices"] = indices,
            ["target_dense"] = dense,
            ["target_sparse"] = sparse,
            ["kl_dense"] = IndexerLoss.Divergence(dense, score, visible),
            ["kl_sparse"] = IndexerLoss.Divergence(sparse, score, mask),
            ["kl_sparse_restricted_teacher"] = IndexerLoss.Divergence(IndexerLoss.Restrict(dense, mask), score, mask),
        };
    }

    private static long Offset(CaseInputs x) => x.Attributes.Integer("q_offset") ?? x["k"].shape[1] - x["q"].shape[1];

    private static Tensor ByQuery(long queries, Func<long, Tensor> one)
        => cat([.. Enumerable.Range(0, (int)queries).Select(i => one(i))], 1);
}
