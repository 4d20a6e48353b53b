using static TorchSharp.torch;

namespace LT2.Eval.Models.Mixers.Operators;

/// <summary>
/// Softmax attention (Vaswani et al. 2017) over an explicit mask: full, windowed, sparse. q <c>[B,Tq,HQ,D]</c>, k <c>[B,Tk,H,D]</c>, v <c>[B,Tk,H,Dv]</c> with HQ a
/// multiple of H. This is the plain form: it holds all scores at once, Tq·Tk a head.
/// </summary>
public static class SoftmaxAttention
{
    /// <summary>Causal attention, optionally within a window; query row i stands at position i + Tk − Tq unless <paramref name="queryOffset"/> says otherwise.</summary>
    /// <returns><c>[B,Tq,HQ,Dv]</c> in the dtype of v. A row that sees nothing is zero.</returns>
    /// <exception cref="ArgumentException">Shapes do not fit; the message names the tensor and both shapes.</exception>
    public static Tensor Causal(Tensor q, Tensor k, Tensor v, double? scale = null, long? window = null, long? queryOffset = null)
    {
        using var scope = NewDisposeScope();
        var positions = RotaryEmbedding.Positions(queryOffset ?? k.shape[1] - q.shape[1], q.shape[1], q.device);
        var visible = AttentionMask.Causal(positions, k.shape[1], window);
        return Masked(q, k, v, visible, scale).MoveToOuterDisposeScope();
    }

    /// <summary>Attention over the keys where <paramref name="visible"/> (broadcast to <c>[B,HQ,Tq,Tk]</c>) is true.</summary>
    /// <returns><c>[B,Tq,HQ,Dv]</c> in the dtype of v. A row that sees nothing is zero.</returns>
    public static Tensor Masked(Tensor q, Tensor k, Tensor v, Tensor visible, double? scale = null)
    {
        using var scope = NewDisposeScope();
        return Weighted(Probabilities(q, k, visible, scale), v).MoveToOuterDisposeScope();
    }

    /// <summary>The values, weighted by probabilities <c>[B,HQ,Tq,Tk]</c>.</summary>
    /// <returns><c>[B,Tq,HQ,Dv]</c> in the dtype of v.</returns>
    public static Tensor Weighted(Tensor probabilities, Tensor v)
    {
        using var scope = NewDisposeScope();
        var V = HeadGroups.Repeat(v, probabilities.shape[1]).to_type(probabilities.dtype).transpose(1, 2);
        return matmul(probabilities, V).transpose(1, 2).contiguous().to_type(v.dtype).MoveToOuterDisposeScope();
    }

    /// <summary>The attention probabilities <c>[B,HQ,Tq,Tk]</c> in working precision; rows that see nothing are zero.</summary>
    /// <param name="q"><c>[B,Tq,HQ,D]</c>.</param>
    /// <param name="k"><c>[B,Tk,H,D]</c>.</param>
    /// <param name="visible">Broadcastable to the result.</param>
    /// <param name="scale">Defaults to D^−½.</param>
    /// <param name="everyRowSees">The caller knows that each row sees a key, as causal ones do; saves passes over all scores, of the gradients too.</param>
    public static Tensor Probabilities(Tensor q, Tensor k, Tensor visible, double? scale = null, bool everyRowSees = false)
    {
        using var scope = NewDisposeScope();
        OperatorShapes.Require(q, "q", -1, -1, -1, -1);
        OperatorShapes.Require(k, "k", q.shape[0], -1, -1, q.shape[3]);
        OperatorShapes.RequireGroups(k.shape[2], q.shape[2], "k", "q");
        var dtype = WorkingPrecision.Of(q.dtype);
        var Q = q.to_type(dtype).transpose(1, 2) * (scale ?? Math.Pow(q.shape[3], -0.5));
        var K = HeadGroups.Repeat(k, q.shape[2]).to_type(dtype).transpose(1, 2);
        var scores = matmul(Q, K.transpose(-1, -2));
        if (everyRowSees) return Softmax(visible.logical_not()).MoveToOuterDisposeScope();
        // An all-masked row would be NaN in value and gradient: it is let through the softmax unmasked and cleared afterwards.
        var nothing = visible.any(-1, keepdim: true).logical_not();
        return Softmax((visible | nothing).logical_not()).masked_fill(nothing, 0).MoveToOuterDisposeScope();

        Tensor Softmax(Tensor hidden) => scores.masked_fill_(hidden, double.NegativeInfinity).softmax(-1);
    }
}
