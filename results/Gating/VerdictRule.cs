using LT2.Eval.Results.Statistics;

namespace LT2.Eval.Results.Gating;

/// <summary>
/// Verdict of one difference: better or worse if the adjusted p is below α and the estimate reaches the floor; equivalent if two one-sided
/// tests put it inside ±floor, or if the same weights changed no sample beyond the dtype's tolerance; else inconclusive.
/// </summary>
internal static class VerdictRule
{
    /// <summary>Items and weights are the same, or it is memory: the change itself is the finding, no draw of items stands between.</summary>
    public static bool NeedsNoTest(MetricComparison row) =>
        IsUnchanged(row) || (row.Question is ComparisonQuestion.SameWeights or ComparisonQuestion.Memory && row.Floor is not null);

    private static bool IsUnchanged(MetricComparison row) =>
        row.Question == ComparisonQuestion.SameWeights && row.Flips.Count == 0 && (row.Pairs > 0 || row.Difference == 0);

    public static ComparisonVerdict Of(MetricComparison row, double standardError, double degreesOfFreedom, double alpha)
    {
        var floor = row.Floor ?? 0;
        // The floor itself counts: one hundredth of 1,000 samples is ten flips, whatever the rounding of ten thousandths.
        var reaches = Math.Abs(row.Difference) >= floor * (1 - 1e-9);
        if (IsUnchanged(row))
            return ComparisonVerdict.Equivalent;
        if (NeedsNoTest(row))
            return !reaches ? ComparisonVerdict.Equivalent : row.Improvement < 0 ? ComparisonVerdict.Worse : ComparisonVerdict.Better;
        if (row.AdjustedPValue < alpha && reaches && row.Difference != 0)
            return row.Improvement < 0 ? ComparisonVerdict.Worse : ComparisonVerdict.Better;
        if (floor > 0 && double.IsFinite(standardError) && row.Interval is not null
            && EquivalenceTest.PValue(row.Difference, standardError, degreesOfFreedom, floor) < alpha)
            return ComparisonVerdict.Equivalent;
        return row is { Question: ComparisonQuestion.OtherWeights, Pairs: > 0, Difference: 0, Flips.Count: 0 }
            ? ComparisonVerdict.Equivalent
            : ComparisonVerdict.Inconclusive;
    }
}
