using LT2.Eval.Results.Records;

namespace LT2.Eval.Reports.Views;

/// <summary>One series compared between two runs.</summary>
/// <param name="Key">The series.</param>
/// <param name="Family">Family of the comparison.</param>
/// <param name="Direction">Which way is better.</param>
/// <param name="Unit">Unit of the two values.</param>
/// <param name="Before">Value of the reference, mean over seeds.</param>
/// <param name="After">Value of the run.</param>
/// <param name="Difference">After minus before for quality, relative change for times and bytes.</param>
/// <param name="Test">The statistics behind it; null where neither samples nor processes allow any.</param>
/// <param name="AdjustedP">Holm-adjusted p-value within the family; null without a test.</param>
/// <param name="Floor">Smallest difference that matters, in the unit of the difference.</param>
/// <param name="Verdict">The verdict.</param>
public sealed record Change(
    SeriesKey Key,
    ChangeFamily Family,
    MetricDirection Direction,
    string Unit,
    double Before,
    double After,
    double Difference,
    MeanDifference? Test,
    double? AdjustedP,
    double Floor,
    ChangeVerdict Verdict)
{
    /// <summary>The difference is a share of the reference.</summary>
    public bool IsRelative => Family != ChangeFamily.Quality;

    /// <summary>95 % interval of the difference.</summary>
    public Estimate Interval => Test is null
        ? new Estimate(Difference, null, null)
        : Family == ChangeFamily.Latency ? Relative(Test.Interval()) : Test.Interval();

    /// <summary>|difference| over its standard error; null without a test.</summary>
    public double? TimesOverNoise => Test is { StandardError: > 0 } test ? Math.Abs(test.Mean) / test.StandardError : null;

    /// <summary>The difference is for the worse.</summary>
    public bool IsWorse => Direction == MetricDirection.HigherIsBetter ? Difference < 0 : Difference > 0;

    /// <summary>A log ratio as a relative change.</summary>
    /// <param name="logRatio">Natural logarithm of after over before.</param>
    internal static Estimate Relative(Estimate logRatio) =>
        new(Math.Exp(logRatio.Value) - 1, logRatio.Low is { } low ? Math.Exp(low) - 1 : null, logRatio.High is { } high ? Math.Exp(high) - 1 : null);
}
