using static TorchSharp.torch;

namespace LT2.Eval.Models.Mixers.Parts;

/// <summary>
/// Attention over explicit masks, some queries at a time where all at once would hold too many scores: memory then grows with the length. Only without gradients, whose graph
/// would hold every piece's scores anyway.
/// </summary>
internal static class QueryPieces
{
    /// <summary>Scores held at a time; tests make it small.</summary>
    internal static long MostScores { get; set; } = 1L << 27;

    /// <summary>Joins pieces of queries along the axis of tokens.</summary>
    /// <param name="queries">How many there are.</param>
    /// <param name="scoresAQuery">Scores that each needs at a time, over sequences, heads and keys.</param>
    /// <param name="piece">From the first query and their number to <c>[B,number,…]</c>.</param>
    public static Tensor Run(long queries, long scoresAQuery, Func<long, long, Tensor> piece)
    {
        var most = Math.Max(1, MostScores / scoresAQuery);
        if (is_grad_enabled() || queries <= most)
        {
            return piece(0, queries);
        }
        using var scope = NewDisposeScope();
        var parts = new List<Tensor>();
        for (var first = 0L; first < queries; first += most)
        {
            using var inner = NewDisposeScope();
            parts.Add(piece(first, Math.Min(most, queries - first)).MoveToOuterDisposeScope());
        }
        return cat(parts, 1).MoveToOuterDisposeScope();
    }
}
