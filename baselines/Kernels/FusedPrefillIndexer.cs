using LT2.Eval.Models.Runtime.Cuda;
using static TorchSharp.torch;

namespace LT2.Eval.Models.Kernels;

/// <summary>
/// The lightning indexer over many tokens of one sequence: what it stores and asks, scores of some queries at a time, and the best k keys of each as bits. What it serves is what
/// <see cref="FusedIndexer"/> serves.
/// </summary>
internal static class FusedPrefillIndexer
{
    const int PaddedHeads = 16, Step = 16, Queries = 64, Warps = 8, SelectThreads = 1024, SelectBytes = 6144 * 8 + 8192 * 4; // as in sparse_prefill.cu
    const int WideWidth = 64, WideThreads = 256, WideKeys = 128, WideStages = 4;                                       // as in index_wide_scores.cu
    const long MostScores = 1 << 23; // what a launch writes the next one reads from the L2 cache

    /// <summary>What queries ask: [L, 16, DI] turned, and [L, 16] float32 weights with both scales.</summary>
    internal sealed record Asked(Tensor Queries, Tensor Weights);

    /// <summary>Stores the tokens' indexer keys, and gives what they ask.</summary>
    /// <param name="packed">[L, HI · DI + DI + HI] contiguous: q^I, k^I and w as they come from the projections.</param>
    /// <param name="table">[positions, rotated / 2, 2] cosine and sine, or null without a rotation.</param>
    /// <param name="norm">[DI], weight of the layer norm of k^I.</param>
    /// <param name="bias">[DI].</param>
    /// <param name="epsilon">ε of that norm.</param>
    /// <param name="shape">Sizes.</param>
    /// <param name="keys">[≥ before + L, DI] contiguous, gets the tokens' entries.</param>
    /// <param name="before">Tokens before these.</param>
    internal static Asked Prepare(Tensor packed, Tensor? table, Tensor norm, Tensor bias, double epsilon, FusedIndexer.Shape shape, Tensor keys, long before)
    {
        using var scope = NewDisposeScope();
        var length = packed.shape[0];
        var queries = empty([length, PaddedHeads, shape.Width], packed.dtype, packed.device);
        var weights = empty([length, PaddedHeads], ScalarType.Float32, packed.device);
        var positions = arange(before, before + length, ScalarType.Int64, packed.device);
        // The kernel of a decode step: a token here is a sequence there, of which all share one list of keys.
        KernelLibrary.Get(packed, "sparse_select", "index_prepare", ("INDEX_HEADS", shape.Heads), ("INDEX_WIDTH", shape.Width), ("ROTATED", table is null ? 0 : shape.Rotated))
            .LaunchOverlapping(length, 256, packed, table, positions, norm, bias, (float)epsilon, queries, weights, keys, 0L);
        return new(queries.MoveToOuterDisposeScope(), weights.MoveToOuterDisposeScope());
    }

    /// <summary>The best keys of some queries.</summary>
    /// <param name="asked">Of all tokens of the call.</param>
    /// <param name="keys">[≥ before + first + count, DI] contiguous.</param>
    /// <param name="shape">Sizes.</param>
    /// <param name="before">Tokens before the call's.</param>
    /// <param name="first">The first of the queries among the call's tokens.</param>
    /// <param name="count">How many queries.</param>
    /// <param name="best">k.</param>
    /// <returns>[count, words] int32, words even: bit s of a query's row is set where it takes key s.</returns>
    internal static Tensor Choose(Asked asked, Tensor keys, FusedIndexer.Shape shape, long before, long first, long count, int best)
    {
        using var scope = NewDisposeScope();
        var all = before + first + count;
        var words = Padded(all) / 32;
        var bits = empty([count, words], ScalarType.Int32, keys.device);
        var piece = Math.Min(count, Math.Max(Queries, MostScores / Padded(all) / Queries * Queries));
        using var scores = empty([piece * Padded(all)], ScalarType.Float32, keys.device);
        for (var done = 0L; done < count; done += piece)
        {
            using var inner = NewDisposeScope();
            var (now, earlier) = (Math.Min(piece, count - done), before + first + done);
            Score(new(asked.Queries.narrow(0, first + done, now), asked.Weights.narrow(0, first + done, now)), keys, shape, (int)earlier, scores);
            KernelLibrary.Get(keys, "sparse_prefill", "index_bits", SelectBytes, ("INDEX_HEADS", shape.Heads), ("INDEX_WIDTH", shape.Width))
                .Launch(now, SelectThreads, scores, bits.narrow(0, done, now), Padded(earlier + now), (int)words, (int)earlier, best);
        }
        return bits.MoveToOuterDisposeScope();
    }

    /// <summary>Scores of some queries against all keys up to the last of them, [queries, keys rounded up to 64].</summary>
    static void Score(Asked asked, Tensor keys, FusedIndexer.Shape shape, int before, Tensor scores)
    {
        var queries = asked.Queries.shape[0];
        var (all, blocks) = (before + queries, (queries + Queries - 1) / Queries);
        if (shape.Width == WideWidth && NarrowRows.IsHopper(keys.device))
        {
            var tiles = (all + WideKeys - 1) / WideKeys;
            var multiprocessors = CudaDeviceFacts.Of(KernelLibrary.Index(keys.device)).MultiprocessorCount;
            var span = Math.Max(2, (tiles * blocks + multiprocessors - 1) / multiprocessors);
            KernelLibrary.Get(keys, "index_wide_scores", "index_wide_scores", (shape.Heads * Queries + WideStages * WideKeys) * WideWidth * 2, ("INDEX_HEADS", shape.Heads))
                .Launch(((tiles + span - 1) / span, blocks), WideThreads, asked.Queries, asked.Weights, keys, scores, Padded(all), before, (int)queries, (int)span);
            return;
        }
        var blockKeys = Warps * 8 * (shape.Width > 64 ? 4 : 8);
        KernelLibrary.Get(keys, "sparse_prefill", "index_tile_scores", 2 * shape.Heads * Step * (shape.Width + 8) * 2, ("INDEX_HEADS", shape.Heads), ("INDEX_WIDTH", shape.Width))
            .Launch(((all + blockKeys - 1) / blockKeys, blocks), 32 * Warps, asked.Queries, asked.Weights, keys, scores, (long)shape.Width, Padded(all), before, (int)queries);
    }

    static long Padded(long keys) => (keys + 63) / 64 * 64;
}
