using System.Collections.Immutable;
using LT2.Eval.Reports.Text;
using LT2.Eval.Reports.Views;
using LT2.Eval.Results.Records;

namespace LT2.Eval.Reports.Charts;

/// <summary>Measurements of the timing suite that have no chart: shares of hardware limits, FLOP counts, single operators.</summary>
internal static class OtherTimingTable
{
    private static readonly ImmutableHashSet<string> Drawn = ["latency", "tokens_per_second", "peak_memory", "longest_length"];

    /// <summary>The table, a row for each series; without rows where there are none.</summary>
    public static ChartTable Of(IEnumerable<MetricRecord> metrics) => new(
        "Further measurements of the timing suite",
        [new("Metric"), new("Phase, length, batch"), new("Variant"), new("Loops", true), new("Value", true)],
        [
            .. metrics.Where(metric => metric.Key.SuiteId == "timing" && !Drawn.Contains(metric.Key.Metric)).GroupBy(metric => metric.Key)
                .OrderBy(series => series.Key.Metric, StringComparer.Ordinal).ThenBy(series => SeriesNames.Title(series.Key), NaturalOrder.Instance)
                .Select(series => ImmutableArray.Create(
                    CaseNames.Metric(series.Key.Metric), SeriesNames.Case(series.Key), series.Key.VariantId,
                    series.Key.TestedLoopCount is { } loops ? Quantity.Count(loops) : "–", Value([.. series]))),
        ]);

    // Two parts of a plan may time the same: one series, measured by two cells.
    private static string Value(MetricRecord[] series)
    {
        var values = series.Select(metric => metric.Value).OfType<double>().ToArray();
        var unit = series[0].Unit;
        return values.Length < 2 || values.Min() == values.Max()
            ? Quantity.WithUnit(values.Length == 0 ? null : values[0], unit)
            : $"{Quantity.WithUnit(values.Average(), unit)}, mean of {Quantity.Count(values.Length, "cell")} ({Quantity.WithUnit(values.Min(), unit)} to {Quantity.WithUnit(values.Max(), unit)})";
    }
}
