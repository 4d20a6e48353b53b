using TorchSharp;
using static TorchSharp.torch;

namespace LT2.Eval.Models.Kernels;

/// <summary>
/// Causal softmax attention of many queries over a window of keys, or over keys that a bit each chooses, which holds no scores in memory and reads no key outside the window
/// (Dao 2023, "FlashAttention-2"; Beltagy et al. 2020 for the window). bfloat16 with float32 sums on Hopper, without gradients; equal to
/// <see cref="Mixers.Operators.SoftmaxAttention"/> up to rounding.
/// </summary>
internal static class FusedTiledAttention
{
    const int Rows = 128, Keys = 64, Stages = 5, Threads = 256; // as in tiled_attention.cu

    /// <summary>Whether it takes these heads: q [B, Lq, HQ, D], k and v [B, Lk, H, D].</summary>
    internal static bool Serves(Tensor q, Tensor k, Tensor v) =>
        !FusedOperations.Recorded(q, k, v) && FusedOperations.ServesOr(q, Obstacle(q, k, v), "attention over a window or chosen keys");

    static string? Obstacle(Tensor q, Tensor k, Tensor v)
    {
        if (q.device_type != DeviceType.CUDA) return "there is no GPU";
        if (q.dtype != ScalarType.BFloat16 || k.dtype != q.dtype || v.dtype != q.dtype) return $"queries, keys and values are {q.dtype}, {k.dtype} and {v.dtype}, not all bfloat16";
        if (q.shape[3] is not (64 or 128) || v.shape[3] != q.shape[3]) return $"heads are {q.shape[3]} and {v.shape[3]} wide, not 64 or 128";
        if (q.shape[0] * k.shape[2] > 65535) return $"{q.shape[0]} sequences of {k.shape[2]} key heads are more than a launch takes";
        return NarrowRows.IsHopper(q.device) ? null : "the GPU is not a Hopper";
    }

    /// <summary>Runs it.</summary>
    /// <param name="q">[B, Lq, HQ, D], turned; the last query stands where the last key does.</param>
    /// <param name="k">[B, Lk, H, D].</param>
    /// <param name="v">[B, Lk, H, D].</param>
    /// <param name="window">Keys a query sees, its own included; null for all before it.</param>
    /// <param name="scale">Null for D^-0.5.</param>
    /// <param name="bits">[B, Lq, words] int32, words even: bit s of a query's row chooses key s. Null: all are.</param>
    /// <param name="into">[B, Lq, HQ, D] contiguous, gets the result; null for a new tensor.</param>
    /// <returns>[B, Lq, HQ, D]; zeros where a query sees nothing.</returns>
    internal static Tensor Apply(Tensor q, Tensor k, Tensor v, int? window, double? scale = null, Tensor? bits = null, Tensor? into = null)
    {
        using var scope = NewDisposeScope();
        var (batch, queries, queryHeads, width) = (q.shape[0], q.shape[1], q.shape[2], q.shape[3]);
        var (keys, heads) = (k.shape[1], k.shape[2]);
        var group = queryHeads / heads;
        into ??= empty([batch, queries, queryHeads, width], q.dtype, q.device).MoveToOuterDisposeScope();
        (q, k, v) = (HeadRows.Wide(q), HeadRows.Wide(k), HeadRows.Wide(v));
        var sharedBytes = (Rows * ((int)width + 8) * 2 + 1023) / 1024 * 1024 + Stages * 2 * Keys * (int)width * 2;
        KernelLibrary.Get(q, "tiled_attention", "tiled_attention", sharedBytes, ("WIDTH", width), ("GROUP", group), ("CHOSEN", bits is null ? 0 : 1))
            .Launch(((queries * group + Rows - 1) / Rows, batch * heads), Threads,
                [q, k, v, into, bits, .. HeadRows.Strides(q, k, v), (int)queries, (int)keys, (int)heads, (int)(bits is null ? 0 : bits.shape[2] / 2), window ?? int.MaxValue, HeadRows.Scale(scale, width)]);
        return into;
    }
}
