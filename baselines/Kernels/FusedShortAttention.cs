using LT2.Eval.Models.Runtime.Cuda;
using static TorchSharp.torch;

namespace LT2.Eval.Models.Kernels;

/// <summary>
/// Causal softmax attention from packed projections, with their rotation, where a head's keys and values fit a block's shared memory: one kernel forward and one back.
/// Nothing but the projections, the outputs and one number a row and head is kept for the backward pass. bfloat16; equal to
/// <see cref="Mixers.Operators.SoftmaxAttention"/> over rotated heads up to rounding.
/// </summary>
public sealed class FusedShortAttention : autograd.SingleTensorFunction<FusedShortAttention>
{
    /// <inheritdoc/>
    public override string Name => "fused_short_attention";

    /// <summary>How queries and keys are turned.</summary>
    /// <param name="Table">[positions, D/2, 2] cosine and sine, float32; null for no rotation.</param>
    /// <param name="AdjacentPairs">Which elements form a pair.</param>
    internal sealed record Rotation(Tensor? Table, bool AdjacentPairs);

    /// <summary>Whether it may take these projections and gradients are asked for.</summary>
    internal static bool Serves(Tensor packed, int heads, int headWidth) =>
        FusedOperations.Serves(packed) && packed.dtype == ScalarType.BFloat16 && FusedOperations.Recorded(packed) && packed.is_contiguous() && FusedOperations.IsAligned(packed)
        && headWidth is 16 or 32 && packed.shape[2] == 3L * heads * headWidth
        && Math.Max(ForwardBytes(packed, headWidth), BackwardBytes(packed, headWidth)) <= CudaDeviceFacts.Of(KernelLibrary.Index(packed.device)).SharedBytesPerBlock;

    /// <summary>[B, L, 3 H D] (q, k, v by heads) → [B, L, H, D]; the first token stands at position 0.</summary>
    internal static Tensor Apply(Tensor packed, Rotation rotation, int heads) => apply(packed, rotation, heads);

    /// <inheritdoc/>
    public override Tensor forward(autograd.AutogradContext ctx, params object[] vars)
    {
        var (packed, rotation, heads) = ((Tensor)vars[0], (Rotation)vars[1], (int)vars[2]);
        var (batch, length, width) = (packed.shape[0], packed.shape[1], packed.shape[2] / 3 / heads);
        var o = empty([batch, length, heads, width], packed.dtype, packed.device);
        var denominators = empty([batch * heads, Rows(length)], ScalarType.Float32, packed.device);
        Kernel(packed, width, rotation, true, ForwardBytes(packed, width)).Launch(batch * heads, 32 * Math.Min(8, (int)Rows(length) / 32), packed, rotation.Table, o, denominators,
            (int)length, heads, (float)Math.Pow(width, -0.5));
        ctx.save_for_backward([packed, o, denominators, .. rotation.Table is { } table ? [table] : (Tensor[])[]]);
        ctx.save_data("adjacent", rotation.AdjacentPairs);
        return o;
    }

    /// <inheritdoc/>
    public override List<Tensor> backward(autograd.AutogradContext ctx, Tensor gradient)
    {
        using var scope = NewDisposeScope();
        var saved = ctx.get_saved_variables();
        var (packed, o, table) = (saved[0], saved[1], saved.Count > 3 ? saved[3] : null);
        var (batch, length, heads, width) = (o.shape[0], o.shape[1], o.shape[2], o.shape[3]);
        using var dout = gradient.contiguous();
        var dpacked = BackwardTensors.Keep(empty_like(packed));
        Kernel(packed, width, new(table, (bool)ctx.get_data("adjacent")), false, BackwardBytes(packed, width)).Launch(batch * heads, 64 * BackwardWarps(length),
            packed, table, o, saved[2], dout, dpacked, (int)length, (int)heads, (float)Math.Pow(width, -0.5));
        gradient.Dispose();
        return [dpacked, null!, null!];
    }

    static KernelFunction Kernel(Tensor packed, long width, Rotation rotation, bool forward, long sharedBytes) => KernelLibrary.Get(
        packed, "short_attention", forward ? "short_attention_forward" : "short_attention_backward", (int)sharedBytes, ("WIDTH", width), ("ROWS", Rows(packed.shape[1])),
        ("FORWARD", forward ? 1 : 0), ("ROTATE", rotation.Table is null ? 0 : 1), ("ADJACENT", rotation.AdjacentPairs ? 1 : 0));

    // Constants of short_attention.cu.
    static long Rows(long length) => length <= 128 ? (length + 31) / 32 * 32 : (length + 63) / 64 * 64;

    static int BackwardWarps(long length) => Rows(length) >= 256 ? 4 : (int)(Rows(length) + 63) / 64;

    static long ForwardBytes(Tensor packed, long width) => 3 * Rows(packed.shape[1]) * (width + 8) * 2;

    static long BackwardBytes(Tensor packed, long width) =>
        (4 * Rows(packed.shape[1]) + 2 * BackwardWarps(packed.shape[1]) * 32) * (width + 8) * 2 + 2 * Rows(packed.shape[1]) * 4;
}
