using static TorchSharp.torch;

namespace LT2.Eval.Models.Mixers.Operators;

/// <summary>
/// How the lightning indexer is trained (DeepSeek-AI 2025, "DeepSeek-V3.2"): its scores, as a distribution over keys, follow what the main attention does. The teacher is
/// the attention probability summed over heads and normalised, and is constant: <c>∂KL/∂I[t,s] = softmax(I)[t,s] − p_t[s]</c>.
/// </summary>
public static class IndexerLoss
{
    /// <summary>The teacher from attention probabilities <c>[B,HQ,Tq,Tk]</c>: summed over heads, divided by their number. <c>[B,Tq,Tk]</c>, without gradient.</summary>
    public static Tensor Teacher(Tensor probabilities)
    {
        using var scope = NewDisposeScope();
        return probabilities.detach().mean([1]).MoveToOuterDisposeScope();
    }

    /// <summary>
    /// A teacher restricted to the selected keys and normalised again: the second of two readings of the paper's sparse stage. The first is <see cref="Teacher"/> of
    /// the probabilities that the sparse attention itself produced.
    /// </summary>
    public static Tensor Restrict(Tensor teacher, Tensor selected)
    {
        using var scope = NewDisposeScope();
        var kept = teacher.masked_fill(selected.logical_not(), 0);
        return (kept / kept.sum(-1, keepdim: true)).MoveToOuterDisposeScope();
    }

    /// <summary><c>KL(p_t ‖ softmax_{s∈S_t} I[t,s])</c> for every query: S_t is every visible key in the dense warm-up, the selected keys in the sparse stage.</summary>
    /// <param name="teacher">p, <c>[B,Tq,Tk]</c>, zero outside the set.</param>
    /// <param name="scores">I, <c>[B,Tq,Tk]</c>.</param>
    /// <param name="set">The keys that take part, broadcastable to the scores.</param>
    /// <returns><c>[B,Tq]</c>.</returns>
    public static Tensor Divergence(Tensor teacher, Tensor scores, Tensor set)
    {
        using var scope = NewDisposeScope();
        var outside = set.logical_not();
        var logStudent = scores.masked_fill(outside, double.NegativeInfinity).log_softmax(-1).masked_fill(outside, 0);
        return (xlogy(teacher, teacher) - teacher * logStudent).sum(-1).MoveToOuterDisposeScope();
    }
}
