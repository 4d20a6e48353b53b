using System.Collections.Immutable;

namespace LT2.Eval.Reports.Views;

/// <summary>One sample with what was answered at every tested loop count.</summary>
/// <param name="SampleId">Id.</param>
/// <param name="Slice">Subset; null for none.</param>
/// <param name="Expected">What was expected; null when not kept.</param>
/// <param name="Scores">Score and answer at each tested loop count of the set; null score where it is missing.</param>
/// <param name="Flip"><c>right → wrong</c> or <c>wrong → right</c> against the reference run at the trained loop count; null for none.</param>
/// <param name="FirstRight">Smallest tested loop count from which on every answer is right; null when the last one is wrong or scores are not right or wrong.</param>
public sealed record SampleRow(
    string SampleId, string? Slice, string? Expected, ImmutableArray<(double? Score, string? Answer)> Scores, string? Flip, int? FirstRight);
