using LT2.Eval.Models.Kernels;
using static TorchSharp.torch;

namespace LT2.Eval.Models.Mixers;

/// <summary>
/// Softmax attention by the library's fused operation, by kernels of ours for gradients that repeat to the last bit, or over a window by a kernel that reads nothing outside it;
/// none holds all scores:
/// o_t = Σ_(i visible to t) softmax_i(scale · q_t·k_i) v_i. Query head h reads key head h / (HQ / H). The plain form, with explicit scores, is <see cref="Operators.SoftmaxAttention"/>.
/// Query row i stands at position Lk − Lq + i; it sees itself and what is before it, or with a window w itself and the w − 1 tokens before it.
/// </summary>
public static class ScaledDotProductAttention
{
    /// <summary>Causal attention over keys that end where the queries end.</summary>
    /// <param name="q">[B, Lq, HQ, D], already rotated.</param>
    /// <param name="k">[B, Lk, H, D], already rotated.</param>
    /// <param name="v">[B, Lk, H, Dv].</param>
    /// <param name="window">w, or null for everything before.</param>
    /// <param name="scale">Null for D^-0.5.</param>
    /// <returns>[B, Lq, HQ, Dv].</returns>
    public static Tensor Causal(Tensor q, Tensor k, Tensor v, int? window = null, double? scale = null)
    {
        var (queries, keys) = ((int)q.shape[1], (int)k.shape[1]);
        if (window is { } w && w < keys)
        {
            if (queries > 1 && FusedTiledAttention.Serves(q, k, v)) return FusedTiledAttention.Apply(q, k, v, w, scale);
            return queries > 4 * w ? Blocked(q, k, v, w, scale) : Attend(q, k, v, Band(queries, keys, w, q.device), false, scale);
        }
        if (queries == 1) return Attend(q, k, v, null, false, scale);
        return queries == keys ? Attend(q, k, v, null, true, scale) : Attend(q, k, v, Band(queries, keys, keys, q.device), false, scale);
    }

    /// <summary>Attention of any visibility.</summary>
    /// <param name="q">[B, Lq, HQ, D].</param>
    /// <param name="k">[B, Lk, H, D].</param>
    /// <param name="v">[B, Lk, H, Dv].</param>
    /// <param name="visible">Boolean, broadcast to [B, HQ, Lq, Lk]; null for all. Every row must see something.</param>
    /// <param name="causal">Lower-triangular visibility instead, Lq = Lk.</param>
    /// <param name="scale">Null for D^-0.5.</param>
    /// <returns>[B, Lq, HQ, Dv].</returns>
    public static Tensor Attend(Tensor q, Tensor k, Tensor v, Tensor? visible, bool causal, double? scale = null)
    {
        var groups = q.shape[2] / k.shape[2];
        if (groups > 1) (k, v) = (k.repeat_interleave(groups, 2), v.repeat_interleave(groups, 2));
        if (causal && FusedCausalAttention.Serves(q, k, v)) return FusedCausalAttention.Apply(q, k, v, scale);
        if (scale is { } given) q = q.mul(given * Math.Sqrt(q.shape[3])); // the library's own scale is D^-0.5
        return nn.functional.scaled_dot_product_attention(q.transpose(1, 2), k.transpose(1, 2), v.transpose(1, 2), visible, is_casual: causal).transpose(1, 2);
    }

    /// <summary>Which of the last <paramref name="keys"/> positions each of the last <paramref name="queries"/> sees, [Lq, Lk].</summary>
    public static Tensor Band(int queries, int keys, int window, Device device)
    {
        var distance = arange(keys - queries, keys, device: device).unsqueeze(1).sub(arange(keys, device: device));
        return distance.ge(0).logical_and(distance.lt(window));
    }

    /// <summary>Windowed attention in blocks of w queries, each against 2w − 1 keys: memory grows with the length, not its square.</summary>
    static Tensor Blocked(Tensor q, Tensor k, Tensor v, int w, double? scale)
    {
        var (batch, queries, heads) = (q.shape[0], q.shape[1], q.shape[2]);
        var before = Math.Min(k.shape[1] - queries, w - 1);
        var blocks = (queries + w - 1) / w;
        var tail = blocks * w - queries;
        Tensor Windows(Tensor x) => nn.functional.pad(x.narrow(1, x.shape[1] - queries - before, queries + before), [0, 0, 0, 0, w - 1 - before, tail])
            .unfold(1, 2 * w - 1, w).movedim([4], [2]).flatten(0, 1);                     // [B · blocks, 2w − 1, H, D]
        var qBlocks = nn.functional.pad(q, [0, 0, 0, 0, 0, tail]).unflatten(1, [blocks, w]).flatten(0, 1);
        var row = arange(w, device: q.device).unsqueeze(1);
        var column = arange(2 * w - 1, device: q.device);
        var band = column.ge(row).logical_and(column.le(row.add(w - 1)));                 // key j of a block is w − 1 positions before query j
        var exists = arange(blocks, device: q.device).mul(w).unsqueeze(1).add(column).ge(w - 1 - before);
        var visible = band.unsqueeze(0).logical_and(exists.unsqueeze(1)).repeat(batch, 1, 1).unsqueeze(1);
        return Attend(qBlocks, Windows(k), Windows(v), visible, false, scale).unflatten(0, [batch, blocks]).flatten(1, 2).narrow(1, 0, queries);
    }
}
