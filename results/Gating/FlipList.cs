using System.Collections.Immutable;
using LT2.Eval.Results.Statistics;

namespace LT2.Eval.Results.Gating;

/// <summary>Samples that changed between two runs; scores that are not right or wrong change beyond <see cref="NumericsTolerance"/>.</summary>
/// <param name="Worsened">Ids whose score got worse: right → wrong.</param>
/// <param name="Improved">Ids whose score got better: wrong → right.</param>
/// <param name="LargestChange">Largest |change| of a sample's score, the tolerated ones included.</param>
public sealed record FlipList(ImmutableArray<string> Worsened, ImmutableArray<string> Improved, double LargestChange)
{
    /// <summary>No sample changed.</summary>
    public static FlipList None { get; } = new([], [], 0);

    /// <summary>Changed samples.</summary>
    public int Count => Worsened.Length + Improved.Length;

    /// <summary>Exact sign test: small when the changes lean to one side.</summary>
    public double LopsidedPValue => McNemarTest.ExactPValue(Worsened.Length, Improved.Length);
}
