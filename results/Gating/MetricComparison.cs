using LT2.Eval.Results.Records;
using LT2.Eval.Results.Statistics;

namespace LT2.Eval.Results.Gating;

/// <summary>One row of a comparison. Differences are candidate − baseline in the metric's unit; of times they are relative, ln(candidate/baseline).</summary>
/// <param name="Key">Series of the candidate.</param>
/// <param name="BaselineKey">Series of the baseline; differs where variants or loop counts are compared.</param>
/// <param name="Question">Which question was asked.</param>
/// <param name="Direction">Which way is better.</param>
/// <param name="Unit">Unit of the values.</param>
/// <param name="BaselineValue">Baseline.</param>
/// <param name="CandidateValue">Candidate.</param>
/// <param name="Difference">Difference.</param>
/// <param name="Interval">Its 95 % interval; null with too few clusters, seeds or processes.</param>
/// <param name="PValue">p of no difference; null where no test applies.</param>
/// <param name="AdjustedPValue">After Holm within the family.</param>
/// <param name="DetectableEffect">Difference found with 80 % power; null without a standard error.</param>
/// <param name="Floor">Smallest difference that matters, in the difference's unit; null when none is stated.</param>
/// <param name="Verdict">Verdict.</param>
/// <param name="Pairs">Paired samples, or processes or seeds of the smaller arm.</param>
/// <param name="Clusters">Clusters of them.</param>
/// <param name="Flips">Samples whose answer changed between right and wrong, or other changed scores; empty for times.</param>
/// <param name="Note">What a reader has to know; null when nothing.</param>
public sealed record MetricComparison(
    SeriesKey Key,
    SeriesKey BaselineKey,
    ComparisonQuestion Question,
    MetricDirection Direction,
    string Unit,
    double BaselineValue,
    double CandidateValue,
    double Difference,
    Interval? Interval,
    double? PValue,
    double? AdjustedPValue,
    double? DetectableEffect,
    double? Floor,
    ComparisonVerdict Verdict,
    int Pairs,
    int Clusters,
    FlipList Flips,
    string? Note)
{
    /// <summary>The difference with its sign turned so that above zero is better.</summary>
    public double Improvement => Direction == MetricDirection.HigherIsBetter ? Difference : -Difference;

    /// <summary>Surely worse or surely better.</summary>
    public bool IsSure => Verdict is ComparisonVerdict.Worse or ComparisonVerdict.Better;
}
