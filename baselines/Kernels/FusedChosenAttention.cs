using TorchSharp;
using static TorchSharp.torch;

namespace LT2.Eval.Models.Kernels;

/// <summary>
/// Softmax attention of each query of one sequence over keys of its own choice, which are gathered: those that bits choose (DSA), or the tokens of chosen blocks (NSA, whose other
/// branches and gates it takes in). bfloat16 with float32 sums, without gradients.
/// </summary>
internal static class FusedChosenAttention
{
    const int Threads = 128, Warps = 4, Stages = 2, Keys = 16; // as in chosen_attention.cu
    const int MostQueriesAHead = 16, MostChoices = 8192;

    /// <summary>The other two branches of native sparse attention, to be summed under gates.</summary>
    /// <param name="Compressed">[L, HQ, D], contiguous.</param>
    /// <param name="Windowed">[L, HQ, D], contiguous.</param>
    /// <param name="Gates">[L, HQ · 3] of compression, selection, window, contiguous.</param>
    internal sealed record Branches(Tensor Compressed, Tensor Windowed, Tensor Gates);

    /// <summary>Why it cannot take such heads, or null.</summary>
    internal static string? Obstacle(Tensor like, long queryHeads, long keyHeads, long width, long choices)
    {
        if (like.device_type != DeviceType.CUDA) return "there is no GPU";
        if (like.dtype != ScalarType.BFloat16) return $"inputs are {like.dtype}, not bfloat16";
        if (width % 16 != 0 || width > 128) return $"heads are {width} wide, not a multiple of 16 up to 128";
        if (queryHeads / keyHeads > MostQueriesAHead) return $"{queryHeads / keyHeads} query heads share a key head, more than {MostQueriesAHead}";
        return choices <= MostChoices ? null : $"{choices} choices are more than {MostChoices}";
    }

    /// <summary>Attention over the keys that bits choose, at most <paramref name="choices"/> a query.</summary>
    /// <param name="q">[Lq, HQ, D]; the last query stands where the last key does.</param>
    /// <param name="k">[Lk, H, D].</param>
    /// <param name="v">[Lk, H, D].</param>
    /// <param name="bits">[Lq, words] int32: bit s of a query's row chooses key s.</param>
    /// <param name="choices">Most bits of a row.</param>
    /// <param name="into">[Lq, HQ, D] contiguous, gets the result.</param>
    internal static void OverBits(Tensor q, Tensor k, Tensor v, Tensor bits, int choices, Tensor into) => Run(q, k, v, bits, null, 0, choices, null, into);

    /// <summary>Attention over the tokens of chosen blocks, up to the query's own position, and the other branches under their gates.</summary>
    /// <param name="q">[Lq, HQ, D]; the last query stands where the last key does.</param>
    /// <param name="k">[Lk, H, D].</param>
    /// <param name="v">[Lk, H, D].</param>
    /// <param name="blocks">[Lq, H, n] int32, -1 for none.</param>
    /// <param name="blockSize">Tokens of a block.</param>
    /// <param name="branches">What is added.</param>
    /// <param name="into">[Lq, HQ, D] contiguous, gets the result.</param>
    internal static void OverBlocks(Tensor q, Tensor k, Tensor v, Tensor blocks, int blockSize, Branches branches, Tensor into) =>
        Run(q, k, v, null, blocks, blockSize, (int)blocks.shape[2], branches, into);

    static void Run(Tensor q, Tensor k, Tensor v, Tensor? bits, Tensor? blocks, int blockSize, int choices, Branches? branches, Tensor into)
    {
        using var scope = NewDisposeScope();
        (q, k, v) = (HeadRows.Wide(q), HeadRows.Wide(k), HeadRows.Wide(v));
        var (queries, width, heads) = (q.shape[0], q.shape[2], k.shape[1]);
        KernelLibrary.Get(q, "chosen_attention", "chosen_attention", Warps * Stages * 2 * Keys * ((int)width + 8) * 2, ("WIDTH", width), ("GROUP", q.shape[1] / heads),
                ("BLOCK", blockSize), ("CHOICES", choices), ("BRANCHES", branches is null ? 0 : 1))
            .Launch((queries, heads), Threads, q, k, v, into, bits, blocks, branches?.Compressed, branches?.Windowed, branches?.Gates,
                q.stride(0), q.stride(1), k.stride(0), k.stride(1), v.stride(0), v.stride(1),
                (int)(k.shape[0] - queries), (int)(bits is null ? 0 : bits.shape[1]), HeadRows.Scale(null, width));
    }
}
