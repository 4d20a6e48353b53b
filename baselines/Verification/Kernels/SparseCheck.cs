using LT2.Eval.Models.Kernels;
using LT2.Eval.Models.Mixers.Operators;
using static TorchSharp.torch;

namespace LT2.Eval.Models.Verification.Kernels;

/// <summary>
/// Checks of attention of many queries over few keys, outputs only: kernels for it have no backward pass. Indexers ask with whole numbers, so that both versions have the very same
/// scores, with many equal ones, and must choose the same keys.
/// </summary>
internal static class SparseCheck
{
    private const double Tolerance = 8e-3;

    /// <summary>Attention within a window.</summary>
    public static KernelCheck Window(long batch, long queries, long keys, long queryHeads, long keyHeads, long width, int window) => new(
        "window attention", Case(batch, queries, keys, queryHeads, keyHeads, width) + FormattableString.Invariant($", window {window}"), Tolerance, (device, seed) =>
        {
            using var off = no_grad();
            using var generator = new Generator((ulong)seed, CPU);
            var (q, k, v) = Heads(generator, batch, queries, keys, queryHeads, keyHeads, width);
            var given = FusedTiledAttention.Apply(q.to(device), k.to(device), v.to(device), window);
            return [new("output", given, SoftmaxAttention.Causal(Exact(q), Exact(k), Exact(v), window: window))];
        });

    /// <summary>Attention over an indexer's best keys.</summary>
    public static KernelCheck BestKeys(long queries, long keys, long queryHeads, long keyHeads, long width, int indexHeads, int indexWidth, int count) => new(
        "attention over an indexer's best keys",
        Case(1, queries, keys, queryHeads, keyHeads, width) + FormattableString.Invariant($", indexer {indexHeads}x{indexWidth}, best {count}"), Tolerance, (device, seed) =>
        {
            using var off = no_grad();
            using var generator = new Generator((ulong)seed, CPU);
            var (q, k, v) = Heads(generator, 1, queries, keys, queryHeads, keyHeads, width);
            Tensor Whole(params long[] shape) => randn(shape, generator: generator).mul(0.8).round();
            var (indexQueries, indexKeys, weights) = (Whole(queries, indexHeads, indexWidth), Whole(1, keys, indexWidth), Whole(queries, indexHeads));
            // As the kernels' preparation lays them out: sixteen heads, of which those that are not there have no weight.
            var asked = new FusedPrefillIndexer.Asked(
                nn.functional.pad(indexQueries, [0, 0, 0, 16 - indexHeads]).to(ScalarType.BFloat16).to(device), nn.functional.pad(weights, [0, 16 - indexHeads]).to(device));
            var given = FusedSparsePrefill.Attend(
                q.to(device), k.to(device), v.to(device), [asked], indexKeys.to(ScalarType.BFloat16).to(device), new(indexHeads, indexWidth, 0), count);
            var scores = LightningIndexer.Scores(Exact(indexQueries.unsqueeze(0)), Exact(indexKeys), Exact(weights.unsqueeze(0)), 1);
            var visible = AttentionMask.Causal(RotaryEmbedding.Positions(keys - queries, queries, CPU), keys);
            var selected = LightningIndexer.Select(scores, visible, count);
            return [new("output", given, SoftmaxAttention.Masked(Exact(q), Exact(k), Exact(v), selected.unsqueeze(1)))];
        });

    /// <summary>Native sparse attention.</summary>
    public static KernelCheck Native(long queries, long keys, long queryHeads, long keyHeads, long width, NativeSparseOptions options) => new(
        "native sparse attention", Case(1, queries, keys, queryHeads, keyHeads, width)
            + FormattableString.Invariant($", {options.BlockCount} blocks of {options.BlockSize}, window {options.Window}"), Tolerance, (device, seed) =>
        {
            using var off = no_grad();
            using var generator = new Generator((ulong)seed, CPU);
            var (q, k, v) = Heads(generator, 1, queries, keys, queryHeads, keyHeads, width);
            var gates = randn([1, queries, queryHeads, 3], generator: generator).sigmoid().to(ScalarType.BFloat16);
            (Tensor, Tensor) means = (NativeSparseAttention.BlockMeans(k, options.BlockSize).to(device), NativeSparseAttention.BlockMeans(v, options.BlockSize).to(device));
            var given = FusedNativeSparsePrefill.Attend(q.to(device), k.to(device), v.to(device), gates.flatten(2).to(device), options, means);
            Tensor Gate(long branch) => Exact(gates).select(-1, branch);
            return [new("output", given, NativeSparseAttention.Attend(Exact(q), Exact(k), Exact(v), Gate(0), Gate(1), Gate(2), options).Output)];
        });

    private static (Tensor Q, Tensor K, Tensor V) Heads(Generator generator, long batch, long queries, long keys, long queryHeads, long keyHeads, long width)
    {
        Tensor Draw(params long[] shape) => randn(shape, generator: generator).to(ScalarType.BFloat16);
        return (Draw(batch, queries, queryHeads, width), Draw(batch, keys, keyHeads, width), Draw(batch, keys, keyHeads, width));
    }

    private static Tensor Exact(Tensor x) => x.to(ScalarType.Float64);

    private static string Case(long batch, long queries, long keys, long queryHeads, long keyHeads, long width)
        => FormattableString.Invariant($"BFloat16, B {batch}, {queries} queries, {keys} keys, heads {queryHeads}/{keyHeads} of {width}");
}
