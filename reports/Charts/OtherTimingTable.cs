using System.Collections.Immutable;
using LT2.Eval.Reports.Text;
using LT2.Eval.Reports.Views;
using LT2.Eval.Results.Records;

namespace LT2.Eval.Reports.Charts;

/// <summary>Measurements of the timing suite that have no chart: shares of hardware limits, FLOP counts, single operators.</summary>
internal static class OtherTimingTable
{
    private static readonly ImmutableHashSet<string> Drawn = ["latency", "tokens_per_second", "peak_memory", "longest_length"];

    /// <summary>The table; without rows where there are none.</summary>
    public static ChartTable Of(IEnumerable<MetricRecord> metrics) => new(
        "Further measurements of the timing suite",
        [new("Metric"), new("Phase, length, batch"), new("Variant"), new("Loops", true), new("Value", true)],
        [
            .. metrics.Where(metric => metric.Key.SuiteId == "timing" && !Drawn.Contains(metric.Key.Metric))
                .OrderBy(metric => metric.Key.Metric, StringComparer.Ordinal).ThenBy(metric => SeriesNames.Title(metric.Key), NaturalOrder.Instance)
                .Select(metric => ImmutableArray.Create(
                    CaseNames.Metric(metric.Key.Metric), SeriesNames.Case(metric.Key), metric.Key.VariantId,
                    metric.Key.TestedLoopCount is { } loops ? Quantity.Count(loops) : "–", Quantity.WithUnit(metric.Value, metric.Unit))),
        ]);
}
