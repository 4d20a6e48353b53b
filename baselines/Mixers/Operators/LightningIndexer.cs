using TorchSharp;
using static TorchSharp.torch;

namespace LT2.Eval.Models.Mixers.Operators;

/// <summary>
/// The indexer of DeepSeek sparse attention (DeepSeek-AI 2025, "DeepSeek-V3.2"): cheap scores of every (query, key) pair, of which the best k keys a query are attended to.
/// <c>I[t,s] = Σ_h w[t,h] · relu(indexScale · q^I[t,h] · k^I[s])</c>.
/// </summary>
public static class LightningIndexer
{
    /// <summary>The scores.</summary>
    /// <param name="q"><c>[B,Tq,HI,DI]</c>.</param>
    /// <param name="k"><c>[B,Tk,DI]</c>, one key for all heads.</param>
    /// <param name="w"><c>[B,Tq,HI]</c>; may be negative.</param>
    /// <param name="indexScale">Defaults to DI^−½.</param>
    /// <returns><c>[B,Tq,Tk]</c> in working precision, future keys included: mask before use.</returns>
    /// <exception cref="ArgumentException">Shapes do not fit; the message names the tensor and both shapes.</exception>
    public static Tensor Scores(Tensor q, Tensor k, Tensor w, double? indexScale = null)
    {
        using var scope = NewDisposeScope();
        OperatorShapes.Require(w, "w", q.shape[0], q.shape[1], q.shape[2]);
        var products = Products(q, k).mul(indexScale ?? Math.Pow(q.shape[3], -0.5)).relu();
        return (products * WorkingPrecision.Raise(w).unsqueeze(-1)).sum(2).MoveToOuterDisposeScope();
    }

    /// <summary>The score of LT2's released code: the mean over heads of the plain dot products, without relu and without weights.</summary>
    /// <returns><c>[B,Tq,Tk]</c> in working precision.</returns>
    /// <exception cref="ArgumentException">Shapes do not fit; the message names the tensor and both shapes.</exception>
    public static Tensor MeanScores(Tensor q, Tensor k)
    {
        using var scope = NewDisposeScope();
        return Products(q, k).mean([2]).MoveToOuterDisposeScope();
    }

    /// <summary>The k best visible keys of each query; fewer visible: all of them; equal scores go to the lower index. A row that holds NaN keeps every visible key.</summary>
    /// <param name="scores"><c>[B,Tq,Tk]</c>.</param>
    /// <param name="visible">Broadcastable to it.</param>
    /// <param name="count">k.</param>
    /// <returns>A mask <c>[B,Tq,Tk]</c>. No gradient.</returns>
    public static Tensor Select(Tensor scores, Tensor visible, long count)
    {
        using var scope = NewDisposeScope();
        ArgumentOutOfRangeException.ThrowIfLessThan(count, 1);
        var taken = (int)Math.Min(count, scores.shape[^1]);
        var ranked = scores.detach().masked_fill(visible.logical_not(), double.NegativeInfinity);
        // topk promises no order among equals, and relu makes exact ties common: it only says where the k-th best lies.
        var least = ranked.topk(taken, -1, true, false).values.amin([-1], keepdim: true);
        var above = (ranked <= least).logical_not();
        var equal = ranked == least;
        var room = taken - above.sum(-1, keepdim: true, type: ScalarType.Int32);
        var mask = above | (equal & (equal.to_type(ScalarType.Int32).cumsum(-1, type: ScalarType.Int32) <= room));
        return (mask & (ranked != double.NegativeInfinity)).MoveToOuterDisposeScope();
    }

    /// <summary>The keys of a mask as indices, ascending, with −1 in unused slots.</summary>
    /// <param name="mask"><c>[B,Tq,Tk]</c>, with at most <paramref name="count"/> keys in a row.</param>
    /// <param name="count">Slots a row.</param>
    /// <returns><c>[B,Tq,count]</c>.</returns>
    public static Tensor Indices(Tensor mask, long count)
    {
        using var scope = NewDisposeScope();
        var keys = mask.shape[^1];
        var taken = Math.Min(count, keys);
        var (ascending, _) = arange(keys, device: mask.device).masked_fill(mask.logical_not(), keys).sort(-1);
        var used = ascending.narrow(-1, 0, taken);
        return nn.functional.pad(used.masked_fill(used == keys, -1), [0, count - taken], PaddingModes.Constant, -1).MoveToOuterDisposeScope();
    }

    /// <summary><c>q^I[t,h] · k^I[s]</c>, <c>[B,Tq,HI,Tk]</c>.</summary>
    private static Tensor Products(Tensor q, Tensor k)
    {
        OperatorShapes.Require(q, "q", -1, -1, -1, -1);
        OperatorShapes.Require(k, "k", q.shape[0], -1, q.shape[3]);
        // All heads of all queries as the rows of one product a batch row: few heads a query alone would be products of a few rows each.
        return matmul(WorkingPrecision.Raise(q).flatten(1, 2), WorkingPrecision.Raise(k).transpose(-1, -2)).view(q.shape[0], q.shape[1], q.shape[2], k.shape[1]);
    }
}
