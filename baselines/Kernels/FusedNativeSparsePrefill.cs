using LT2.Eval.Models.Mixers;
using LT2.Eval.Models.Mixers.Operators;
using static TorchSharp.torch;

namespace LT2.Eval.Models.Kernels;

/// <summary>
/// Native sparse attention of many tokens with memory that grows with the length: compressed branch and choice in one kernel, window in another, and one that gathers the chosen
/// blocks and sums the branches under their gates. bfloat16 on CUDA, without gradients; equal to <see cref="NativeSparseAttention"/> up to rounding.
/// </summary>
internal static class FusedNativeSparsePrefill
{
    /// <summary>Whether kernels take these heads.</summary>
    internal static bool Serves(Tensor q, Tensor k, Tensor v, NativeSparseOptions options) =>
        !FusedOperations.Recorded(q, k, v) && FusedOperations.ServesOr(q, Obstacle(q, k, v, options), "native sparse attention");

    static string? Obstacle(Tensor q, Tensor k, Tensor v, NativeSparseOptions options)
    {
        if (q.dtype != ScalarType.BFloat16 || k.dtype != q.dtype || v.dtype != q.dtype) return $"queries, keys and values are {q.dtype}, {k.dtype} and {v.dtype}, not all bfloat16";
        var (queryHeads, keyHeads, width) = (q.shape[2], k.shape[2], q.shape[3]);
        return FusedChosenAttention.Obstacle(q, queryHeads, keyHeads, width, options.BlockCount)
            ?? FusedBlockAttention.Obstacle(queryHeads, keyHeads, width, (k.shape[1] + options.BlockSize - 1) / options.BlockSize);
    }

    /// <summary>The gated sum of the three branches.</summary>
    /// <param name="q">[B, L, HQ, D], turned; the last query stands where the last key does.</param>
    /// <param name="k">[B, Lk, H, D], turned.</param>
    /// <param name="v">[B, Lk, H, D].</param>
    /// <param name="gates">[B, L, HQ · 3]: of a head's compression, selection, window.</param>
    /// <param name="options">Block size, block count, window.</param>
    /// <param name="means">Means of blocks of k and v [B, blocks, H, D] float32.</param>
    /// <returns>[B, L, HQ, D].</returns>
    internal static Tensor Attend(Tensor q, Tensor k, Tensor v, Tensor gates, NativeSparseOptions options, (Tensor K, Tensor V) means)
    {
        using var scope = NewDisposeScope();
        var o = empty(q.shape, q.dtype, q.device);
        var windowed = ScaledDotProductAttention.Causal(q, k, v, (int)options.Window).contiguous();
        gates = gates.contiguous();
        for (var row = 0; row < q.shape[0]; row++)
        {
            using var inner = NewDisposeScope();
            var (own, keys) = (q.select(0, row), k.select(0, row));
            var (compressed, blocks) = FusedBlockAttention.Apply(own, means.K.select(0, row), means.V.select(0, row), k.shape[1] - q.shape[1], (int)options.BlockSize, (int)options.BlockCount);
            FusedChosenAttention.OverBlocks(own, keys, v.select(0, row), blocks, (int)options.BlockSize, new(compressed, windowed.select(0, row), gates.select(0, row)), o.select(0, row));
        }
        return o.MoveToOuterDisposeScope();
    }
}
