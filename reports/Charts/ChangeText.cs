using LT2.Eval.Reports.Text;
using LT2.Eval.Reports.Views;
using LT2.Eval.Results.Gating;
using LT2.Eval.Results.Statistics;

namespace LT2.Eval.Reports.Charts;

/// <summary>Comparisons in words.</summary>
internal static class ChangeText
{
    /// <summary>The verdict in a word.</summary>
    public static string Word(ComparisonVerdict verdict) => verdict.ToString().ToLowerInvariant();

    /// <summary>Kind of mark.</summary>
    public static string Mark(ComparisonVerdict verdict) => verdict switch
    {
        ComparisonVerdict.Worse => "bad",
        ComparisonVerdict.Better => "good",
        ComparisonVerdict.Inconclusive => "unsure",
        _ => "plain",
    };

    /// <summary>Difference and interval as shown: percent for times and memory, the metric's unit otherwise.</summary>
    public static (Estimate Estimate, double? Floor, string Unit) Shown(MetricComparison row)
    {
        var (factor, symbol) = Quantity.Scale(new[] { row.Difference, row.Interval?.Lower ?? 0, row.Interval?.Upper ?? 0 }.MaxBy(Math.Abs), row.Unit);
        Func<double, double> scale = row.Question switch
        {
            ComparisonQuestion.Time => logRatio => 100 * (Math.Exp(logRatio) - 1),
            ComparisonQuestion.Memory when row.BaselineValue > 0 => bytes => 100 * bytes / row.BaselineValue,
            _ => value => value * factor,
        };
        var unit = row.Question is ComparisonQuestion.Time or ComparisonQuestion.Memory ? " %" : symbol.Length == 0 ? "" : " " + symbol;
        return (
            new Estimate(scale(row.Difference), row.Interval is { } lower ? scale(lower.Lower) : null, row.Interval is { } upper ? scale(upper.Upper) : null),
            row.Floor is { } floor ? scale(floor) : null, unit);
    }

    /// <summary><c>−3.21 [−4.00, −2.40] %</c>.</summary>
    public static string Difference(MetricComparison row)
    {
        var (estimate, _, unit) = Shown(row);
        var range = estimate is { Low: { } low, High: { } high } ? $" [{Quantity.Signed(low)}, {Quantity.Signed(high)}]" : "";
        return Quantity.Signed(estimate.Value) + range + unit;
    }

    /// <summary>Difference over its standard error; null where none is known.</summary>
    public static double? TimesOverNoise(MetricComparison row) => row.DetectableEffect is > 0 and { } effect && double.IsFinite(effect)
        ? Math.Abs(row.Difference) * MinimumDetectableEffect.Of(1) / effect
        : null;

    /// <summary>A p-value: below 0.001 as such.</summary>
    public static string PValue(double? p) => p is null ? "–" : p < 0.001 ? "< 0.001" : Quantity.Number(p);

    /// <summary><c>2 worse, 1 better, 40 equivalent, 3 inconclusive</c>.</summary>
    public static string Counts(IReadOnlyCollection<MetricComparison> rows) => string.Join(", ",
        new[] { ComparisonVerdict.Worse, ComparisonVerdict.Better, ComparisonVerdict.Equivalent, ComparisonVerdict.Inconclusive }
            .Select(verdict => $"{Quantity.Count(rows.Count(row => row.Verdict == verdict))} {Word(verdict)}"));
}
