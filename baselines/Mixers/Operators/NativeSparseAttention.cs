using TorchSharp;
using static TorchSharp.torch;

namespace LT2.Eval.Models.Mixers.Operators;

/// <summary>
/// Native sparse attention, NSA (Yuan et al. 2025), in the form of flash-linear-attention: block means instead of learned pooling, keys and values shared by the
/// three branches. q <c>[B,Tq,HQ,D]</c>, k <c>[B,Tk,H,D]</c>, v <c>[B,Tk,H,Dv]</c>, gates <c>[B,Tq,HQ]</c> in (0, 1).
/// The paper has a learned compression of overlapping blocks and separate keys and values for each branch.
/// This is the plain form: branches are computed over masks, so it saves no work.
/// </summary>
public static class NativeSparseAttention
{
    /// <summary>Any number of queries against the keys so far: a whole sequence, or one token with its cache.</summary>
    /// <param name="q">Queries, rotated.</param>
    /// <param name="k">Keys so far, rotated.</param>
    /// <param name="v">Values so far.</param>
    /// <param name="gateCompressed">Gate of branch 1.</param>
    /// <param name="gateSelected">Gate of branch 2.</param>
    /// <param name="gateWindowed">Gate of branch 3.</param>
    /// <param name="options">Block size, block count, window.</param>
    /// <param name="scale">Defaults to D^−½.</param>
    /// <param name="positions">Query positions <c>[Tq]</c> or <c>[B,Tq]</c>; by default the last Tq of the keys.</param>
    /// <param name="blockMeans">Means of complete blocks of k and v, <c>[B,NB,H,·]</c>, where a cache holds them; else they are formed here.</param>
    /// <exception cref="ArgumentException">Shapes do not fit, or fewer than 3 blocks are selected.</exception>
    public static NativeSparseOutput Attend(
        Tensor q, Tensor k, Tensor v, Tensor gateCompressed, Tensor gateSelected, Tensor gateWindowed, NativeSparseOptions options,
        double? scale = null, Tensor? positions = null, (Tensor K, Tensor V)? blockMeans = null)
    {
        using var scope = NewDisposeScope();
        Check(q, k, v, gateCompressed, gateSelected, gateWindowed, options);
        var (length, keys) = (q.shape[1], k.shape[1]);
        positions ??= RotaryEmbedding.Positions(keys - length, length, q.device);
        var (kMeans, vMeans) = blockMeans ?? (BlockMeans(k, options.BlockSize), BlockMeans(v, options.BlockSize));
        var t = (positions.dim() == 1 ? positions.unsqueeze(0) : positions).unsqueeze(1).unsqueeze(-1);
        var blocks = RotaryEmbedding.Positions(0, kMeans.shape[1], q.device);

        // 1. Compression over complete blocks.
        var probabilities = SoftmaxAttention.Probabilities(q, kMeans, (blocks + 1) * options.BlockSize - 1 <= t, scale);
        var V = HeadGroups.Repeat(vMeans, q.shape[2]).to_type(probabilities.dtype).transpose(1, 2);
        var compressed = matmul(probabilities, V).transpose(1, 2).to_type(v.dtype);

        // 2. Selection for each KV head. No gradient flows through it: the scores learn through branch 1.
        var score = probabilities.detach().unflatten(1, [k.shape[2], q.shape[2] / k.shape[2]]).mean([2]);
        var (mask, indices) = SelectBlocks(score, t, blocks, options);
        var tokens = mask.repeat_interleave(options.BlockSize, dim: -1).narrow(-1, 0, keys);
        var causal = AttentionMask.Causal(positions, keys);
        var selected = SoftmaxAttention.Masked(q, k, v, (tokens & causal).repeat_interleave(q.shape[2] / k.shape[2], dim: 1), scale);

        // 3. Window.
        var windowed = SoftmaxAttention.Masked(q, k, v, AttentionMask.Causal(positions, keys, options.Window), scale);

        var output = Gate(gateCompressed, compressed) + Gate(gateSelected, selected) + Gate(gateWindowed, windowed);
        return new NativeSparseOutput(
            output.to_type(v.dtype).MoveToOuterDisposeScope(), compressed.MoveToOuterDisposeScope(), selected.MoveToOuterDisposeScope(),
            windowed.MoveToOuterDisposeScope(), mask.transpose(1, 2).MoveToOuterDisposeScope(), indices.transpose(1, 2).MoveToOuterDisposeScope(),
            score.transpose(1, 2).MoveToOuterDisposeScope());
    }

    /// <summary>Means of consecutive blocks of x <c>[B,T,H,D]</c>, a short last block over what it has: <c>[B,⌈T/ℓ⌉,H,D]</c>, in working precision.</summary>
    public static Tensor BlockMeans(Tensor x, long blockSize)
    {
        using var scope = NewDisposeScope();
        var raised = WorkingPrecision.Raise(x);
        var (length, count) = (x.shape[1], (x.shape[1] + blockSize - 1) / blockSize);
        var padded = nn.functional.pad(raised, [0, 0, 0, 0, 0, count * blockSize - length]);
        var sums = padded.unflatten(1, [count, blockSize]).sum(2);
        var sizes = (length - RotaryEmbedding.Positions(0, count, x.device) * blockSize).clamp_max(blockSize).to_type(raised.dtype);
        return (sums / sizes.reshape(1, count, 1, 1)).MoveToOuterDisposeScope();
    }

    /// <summary>Forced blocks (first, previous, own), then the best of the complete ones; equal scores go to the lower index.</summary>
    private static (Tensor Mask, Tensor Indices) SelectBlocks(Tensor score, Tensor t, Tensor blocks, NativeSparseOptions options)
    {
        var own = t.div(options.BlockSize, RoundingMode.floor);
        var forced = (blocks == 0) | (blocks == own) | (blocks == own - 1);
        var ranked = score.masked_fill(forced & (blocks <= own), double.PositiveInfinity).masked_fill(blocks > own, double.NegativeInfinity);
        var count = Math.Min(options.BlockCount, score.shape[^1]);
        var (values, order) = ranked.sort(-1, true, true);
        var (best, places) = (values.narrow(-1, 0, count), order.narrow(-1, 0, count));
        var valid = best > double.NegativeInfinity;
        var mask = zeros_like(score, dtype: ScalarType.Bool).scatter(-1, places, valid);
        var unused = long.MaxValue;
        var (ascending, _) = places.masked_fill(valid.logical_not(), unused).sort(-1);
        var indices = nn.functional.pad(ascending.masked_fill(ascending == unused, -1), [0, options.BlockCount - count], PaddingModes.Constant, -1);
        return (mask, indices);
    }

    private static Tensor Gate(Tensor gate, Tensor branch) => WorkingPrecision.Raise(branch) * WorkingPrecision.Raise(gate).unsqueeze(-1);

    private static void Check(Tensor q, Tensor k, Tensor v, Tensor gateCompressed, Tensor gateSelected, Tensor gateWindowed, NativeSparseOptions options)
    {
        OperatorShapes.Require(q, "q", -1, -1, -1, -1);
        OperatorShapes.Require(k, "k", q.shape[0], -1, -1, q.shape[3]);
        OperatorShapes.Require(v, "v", q.shape[0], k.shape[1], k.shape[2], -1);
        OperatorShapes.RequireGroups(k.shape[2], q.shape[2], "k", "q");
        foreach (var (gate, name) in new[] { (gateCompressed, "gateCompressed"), (gateSelected, "gateSelected"), (gateWindowed, "gateWindowed") })
        {
            OperatorShapes.Require(gate, name, q.shape[0], q.shape[1], q.shape[2]);
        }
        if (options.BlockCount < 3)
        {
            throw new ArgumentException(
                $"NSA selects {options.BlockCount} blocks; it needs at least 3, for the first, the previous and the own block are always among them.", nameof(options));
        }
    }
}
