using System.Collections.Immutable;

namespace LT2.Eval.Tasks.Contracts;

/// <summary>One item of a generated suite: a pure function of (suite, version, case, split, seed, index).</summary>
/// <param name="Id">Stable id derived from the content's coordinates.</param>
/// <param name="InputIds">What the model reads, one id an index.</param>
/// <param name="Labels">Same length: <c>Labels[i]</c> is scored from the logits emitted at index i (no shift); −100 for none.</param>
/// <param name="ClusterId">Samples with one cluster id are not independent; null when each stands alone.</param>
/// <param name="Slices">Names of the subsets this sample belongs to, such as <c>moved</c>.</param>
public sealed record TokenSample(
    string Id,
    ImmutableArray<int> InputIds,
    ImmutableArray<int> Labels,
    string? ClusterId,
    ImmutableArray<string> Slices)
{
    /// <summary>Marks an index without a label.</summary>
    public const int NoLabel = -100;
}
