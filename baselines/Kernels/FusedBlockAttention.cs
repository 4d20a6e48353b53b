using System.Numerics;
using static TorchSharp.torch;

namespace LT2.Eval.Models.Kernels;

/// <summary>
/// The compressed branch of native sparse attention over one sequence, and the blocks that each query and key head chooses by it (Yuan et al. 2025). bfloat16 queries, float32
/// means, without gradients. No scores in memory.
/// </summary>
internal static class FusedBlockAttention
{
    const int Warps = 8, TileBlocks = 32, MostBlocks = 4096; // as in block_attention.cu; what fits shared memory

    /// <summary>Why it cannot take such heads, or null.</summary>
    internal static string? Obstacle(long queryHeads, long keyHeads, long width, long blocks)
    {
        if (width % 16 != 0 || width > 128) return $"heads are {width} wide, not a multiple of 16 up to 128";
        if (queryHeads / keyHeads > 16) return $"{queryHeads / keyHeads} query heads share a key head, more than 16";
        return blocks <= MostBlocks ? null : $"{blocks} blocks are more than {MostBlocks}";
    }

    /// <summary>Runs it.</summary>
    /// <param name="q">[Lq, HQ, D]; the first query stands behind <paramref name="before"/> tokens.</param>
    /// <param name="keyMeans">[blocks, H, D] float32; only those of complete blocks are read.</param>
    /// <param name="valueMeans">Like the keys'.</param>
    /// <param name="before">Tokens before the first query.</param>
    /// <param name="blockSize">ℓ.</param>
    /// <param name="count">n, blocks chosen.</param>
    /// <returns>The branch [Lq, HQ, D], and the blocks [Lq, H, n] int32: the first, the own and the one before, then the others best first; -1 where there are no more.</returns>
    internal static (Tensor Compressed, Tensor Blocks) Apply(Tensor q, Tensor keyMeans, Tensor valueMeans, long before, int blockSize, int count)
    {
        using var scope = NewDisposeScope();
        (q, keyMeans, valueMeans) = (HeadRows.Wide(q), HeadRows.Wide(keyMeans), HeadRows.Wide(valueMeans));
        var (queries, width, heads) = (q.shape[0], q.shape[2], keyMeans.shape[1]);
        var capacity = (int)BitOperations.RoundUpToPowerOf2((uint)Math.Max(TileBlocks, keyMeans.shape[0]));
        var compressed = empty(q.shape, q.dtype, q.device);
        var blocks = empty([queries, heads, count], ScalarType.Int32, q.device);
        KernelLibrary.Get(q, "block_attention", "block_attention", 3 * TileBlocks * ((int)width + 8) * 2 + Warps * capacity * 4, ("WIDTH", width), ("GROUP", q.shape[1] / heads),
                ("BLOCK", blockSize), ("CHOICES", count), ("CAPACITY", capacity))
            .Launch(((queries + Warps - 1) / Warps, heads), 32 * Warps, q, keyMeans, valueMeans, compressed, blocks, q.stride(0), q.stride(1),
                keyMeans.stride(0), keyMeans.stride(1), valueMeans.stride(0), valueMeans.stride(1), (int)before, (int)queries, HeadRows.Scale(null, width));
        return (compressed.MoveToOuterDisposeScope(), blocks.MoveToOuterDisposeScope());
    }
}
