using LT2.Eval.Models.Mixers;
using static TorchSharp.torch;

namespace LT2.Eval.Models.Kernels;

/// <summary>
/// Attention of many tokens over the top k of a lightning indexer (DSA) with memory that grows with the length: some queries at a time, their choices as bits. Short of some dozens
/// times k keys all keys are read and those not chosen masked; beyond, each query's keys are gathered. bfloat16 on CUDA, without gradients.
/// </summary>
internal static class FusedSparsePrefill
{
    const long MostBits = 1L << 28, QueryTile = 128;

    // Keys for each chosen one, and query heads for each key head, from which gathering is faster than masking; measured on an H100.
    const double GatherFrom = 100;

    /// <summary>Whether kernels take such a layer's tokens.</summary>
    internal static bool Serves(Tensor x, long queryHeads, long keyHeads, long width, FusedIndexer.Shape indexer, int count) =>
        FusedIndexer.Serves(x, indexer.Heads, indexer.Width)
        && FusedOperations.ServesOr(x, Masks(x, width) ? null : FusedChosenAttention.Obstacle(x, queryHeads, keyHeads, width, count), "attention over an indexer's best keys");

    /// <summary>Attention of each query over its best keys.</summary>
    /// <param name="q">[B, L, HQ, D]; the last query stands where the last key does.</param>
    /// <param name="k">[B, Lk, H, D].</param>
    /// <param name="v">[B, Lk, H, D].</param>
    /// <param name="asked">What the tokens of each sequence ask the indexer.</param>
    /// <param name="indexerKeys">[B, ≥ Lk, DI].</param>
    /// <param name="indexer">Sizes.</param>
    /// <param name="count">k.</param>
    /// <returns>[B, L, HQ, D].</returns>
    internal static Tensor Attend(Tensor q, Tensor k, Tensor v, IReadOnlyList<FusedPrefillIndexer.Asked> asked, Tensor indexerKeys, FusedIndexer.Shape indexer, int count)
    {
        var (length, before) = (q.shape[1], k.shape[1] - q.shape[1]);
        // Those that see no more than k keys take all.
        var whole = before == 0 ? Math.Min(length, count) : 0;
        if (whole == length) return ScaledDotProductAttention.Causal(q, k, v);
        using var scope = NewDisposeScope();
        var o = empty(q.shape, q.dtype, q.device);
        if (whole > 0) o.narrow(1, 0, whole).copy_(ScaledDotProductAttention.Causal(q.narrow(1, 0, whole), k.narrow(1, 0, whole), v.narrow(1, 0, whole)));
        var piece = Math.Max(QueryTile, MostBits / k.shape[1] / QueryTile * QueryTile);
        for (var row = 0; row < q.shape[0]; row++)
        {
            for (var first = whole; first < length; first += piece)
            {
                using var inner = NewDisposeScope();
                var queries = Math.Min(piece, length - first);
                var bits = FusedPrefillIndexer.Choose(asked[row], indexerKeys.select(0, row), indexer, before, first, queries, count);
                Tensor Keys(Tensor x) => x.select(0, row).narrow(0, 0, before + first + queries);
                Over(bits, q.select(0, row).narrow(0, first, queries), Keys(k), Keys(v), count, o.select(0, row).narrow(0, first, queries));
            }
        }
        return o.MoveToOuterDisposeScope();
    }

    static void Over(Tensor bits, Tensor q, Tensor k, Tensor v, int count, Tensor into)
    {
        var (queryHeads, keyHeads, width) = (q.shape[1], k.shape[1], q.shape[2]);
        var gathers = FusedChosenAttention.Obstacle(q, queryHeads, keyHeads, width, count) is null
            && (!Masks(q, width) || (double)k.shape[0] * queryHeads > GatherFrom * count * keyHeads);
        if (gathers) FusedChosenAttention.OverBits(q, k, v, bits, count, into);
        else FusedTiledAttention.Apply(q.unsqueeze(0), k.unsqueeze(0), v.unsqueeze(0), null, null, bits.unsqueeze(0), into.unsqueeze(0));
    }

    static bool Masks(Tensor like, long width) => width is 64 or 128 && NarrowRows.IsHopper(like.device);
}
