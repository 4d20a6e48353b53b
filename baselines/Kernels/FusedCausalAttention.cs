using LT2.Eval.Models.Runtime.Cuda;
using static TorchSharp.torch;

namespace LT2.Eval.Models.Kernels;

/// <summary>
/// Causal softmax attention with gradients (Dao 2023, "FlashAttention-2"). The library's own adds parts of a gradient in whatever order they come, so that two trainings with one
/// seed part after a few steps; this one adds in one order always, and they are equal to the last bit. bfloat16; equal to <see cref="Mixers.Operators.SoftmaxAttention"/> up to
/// rounding. It is the slower one, which long sequences feel most: those are the library's.
/// </summary>
public sealed class FusedCausalAttention : autograd.SingleTensorFunction<FusedCausalAttention>
{
    /// <summary>Tokens of a sequence up to which repeating is worth its time.</summary>
    internal const int LongestLength = 2048;

    const int Threads = 128, Tile = 64, Block = 128; // as in causal_attention.cu

    /// <inheritdoc/>
    public override string Name => "fused_causal_attention";

    /// <summary>Whether it may take these heads, each [B, L, H, D], and gradients are asked for.</summary>
    internal static bool Serves(Tensor q, Tensor k, Tensor v) =>
        FusedOperations.Serves(q) && FusedOperations.Recorded(q, k, v) && q.dtype == ScalarType.BFloat16 && k.dtype == q.dtype && v.dtype == q.dtype
        && q.shape[3] is 16 or 32 or 64 or 128 && q.shape.AsSpan().SequenceEqual(k.shape) && q.shape.AsSpan().SequenceEqual(v.shape)
        && q.shape[1] <= LongestLength;

    /// <summary>Runs it: query t sees keys 0 to t.</summary>
    /// <param name="q">[B, L, H, D], turned.</param>
    /// <param name="k">[B, L, H, D], turned.</param>
    /// <param name="v">[B, L, H, D].</param>
    /// <param name="scale">Null for D^-0.5.</param>
    /// <returns>[B, L, H, D].</returns>
    internal static Tensor Apply(Tensor q, Tensor k, Tensor v, double? scale = null) => apply(q, k, v, scale ?? Math.Pow(q.shape[3], -0.5));

    /// <inheritdoc/>
    public override Tensor forward(autograd.AutogradContext ctx, params object[] vars)
    {
        var (q, k, v, scale) = (HeadRows.Wide((Tensor)vars[0]), HeadRows.Wide((Tensor)vars[1]), HeadRows.Wide((Tensor)vars[2]), (double)vars[3]);
        var (batch, length, heads) = (q.shape[0], q.shape[1], q.shape[2]);
        var padded = Padded(length);
        var o = empty([batch, length, heads, q.shape[3]], q.dtype, q.device);
        var denominators = empty([batch * heads, padded], ScalarType.Float32, q.device);
        Kernel(q, "forward").Launch((batch * heads, padded / Block), Threads,
            [q, k, v, o, denominators, .. HeadRows.Strides(q, k, v), (int)length, (int)heads, (int)padded, HeadRows.Scale(scale, q.shape[3])]);
        ctx.save_for_backward([q, k, v, o, denominators]);
        ctx.save_data("scale", scale);
        return o;
    }

    /// <inheritdoc/>
    public override List<Tensor> backward(autograd.AutogradContext ctx, Tensor gradient)
    {
        using var scope = NewDisposeScope();
        var saved = ctx.get_saved_variables();
        var (q, k, v, o, denominators, scale) = (saved[0], saved[1], saved[2], saved[3], saved[4], (double)ctx.get_data("scale"));
        var (batch, length, heads, width) = (o.shape[0], o.shape[1], o.shape[2], o.shape[3]);
        var padded = Padded(length);
        var dout = HeadRows.Wide(gradient);
        var delta = empty_like(denominators);
        var (dq, dk, dv) = (Gradient(o), Gradient(o), Gradient(o));
        var factor = HeadRows.Scale(scale, width);
        Kernel(q, "queries").Launch((batch * heads, padded / (width > 64 ? Block / 2 : Block)), Threads,
            [q, k, v, o, dout, denominators, delta, dq, .. HeadRows.Strides(q, k, v, dout), (int)length, (int)heads, (int)padded, factor, (float)scale]);
        Kernel(q, "keys").Launch((batch * heads, (length + Tile - 1) / Tile), Threads,
            [q, k, v, dout, denominators, delta, dk, dv, .. HeadRows.Strides(q, k, v, dout), (int)length, (int)heads, (int)padded, factor, (float)scale]);
        gradient.Dispose();
        return [dq, dk, dv, null!];
    }

    static Tensor Gradient(Tensor o) => BackwardTensors.Keep(empty(o.shape, o.dtype, o.device));

    static long Padded(long length) => (length + Block - 1) / Block * Block;

    static KernelFunction Kernel(Tensor like, string part)
    {
        var width = like.shape[3];
        return KernelLibrary.Get(like, "causal_attention", "causal_attention_" + part, 4 * Tile * ((int)width + 8) * 2,
            ("WIDTH", width), ("FORWARD", part == "forward" ? 1 : 0), ("QUERIES", part == "queries" ? 1 : 0));
    }
}
