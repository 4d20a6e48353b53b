using System.Collections.Immutable;
using LT2.Eval.Reports.Text;
using LT2.Eval.Results.Records;

namespace LT2.Eval.Reports.Views;

/// <summary>The costs a run measured: latency of each phase, and every count of bytes, operations or joules of the timing suite.</summary>
internal static class Costs
{
    /// <summary>Every cost, at the largest length that most pairs of variant and loop count share.</summary>
    public static ImmutableArray<CostKind> Of(ReportModel model) => [.. Latencies(model.Latency, model.Input.Run.Cells), .. Recorded(model.Input.Run.Metrics)];

    private static IEnumerable<CostKind> Latencies(ImmutableArray<LatencyCurve> curves, IReadOnlyList<CellRecord> cells) =>
        curves.GroupBy(curve => (curve.Phase, curve.BatchSize)).Select(phase =>
        {
            var length = SharedLength(phase.SelectMany(curve => curve.Points.Select(point => point.SequenceLength)));
            return new CostKind(
                $"{phase.Key.Phase} latency at n = {Quantity.Count(length)}, batch {Quantity.Count(phase.Key.BatchSize)}", "ms",
                (variant, loops) => phase.Where(curve => curve.VariantId == variant && curve.LoopCount == loops)
                    .SelectMany(curve => curve.Points).Where(point => point.SequenceLength == length)
                    .Select(point => new Estimate(point.MedianMilliseconds, point.P10Milliseconds, point.P90Milliseconds)).FirstOrDefault(),
                (variant, loops) => phase.Any(curve => curve.VariantId == variant && curve.LoopCount == loops) ? $"not timed at n = {Quantity.Count(length)}" : NoTime(cells, variant));
        });

    private static IEnumerable<CostKind> Recorded(IReadOnlyList<MetricRecord> metrics) =>
        metrics.Where(metric => IsCost(metric) && metric.Value is not null
                && metric.Direction == MetricDirection.LowerIsBetter && metric.Key.TestedLoopCount is not null)
            .GroupBy(metric => (metric.Key.Metric, metric.Key.Phase, metric.Unit)).OrderBy(group => group.Key.Metric, StringComparer.Ordinal).ThenBy(group => group.Key.Phase, StringComparer.Ordinal)
            .Select(group =>
            {
                var length = SharedLength(group.Select(metric => metric.Key.SequenceLength ?? 0));
                var at = length > 0 ? $" at n = {Quantity.Count(length)}" : "";
                return new CostKind(
                    $"{CaseNames.Metric(group.Key.Metric)}{(group.Key.Phase is { } phase ? ", " + phase : "")}{at}", group.Key.Unit,
                    (variant, loops) => group.Where(metric => metric.Key.VariantId == variant && metric.Key.TestedLoopCount == loops && (metric.Key.SequenceLength ?? 0) == length)
                        .Select(metric => new Estimate(metric.Value!.Value, null, null)).FirstOrDefault(),
                    (variant, _) => group.Any(metric => metric.Key.VariantId == variant) ? $"not recorded at this loop count{at}" : "not recorded");
            });

    // A time cell does not record its loop count: of a variant with several cells it is not known which of them would have timed it.
    private static string NoTime(IReadOnlyList<CellRecord> cells, string variant)
    {
        CellRecord[] own = [.. cells.Where(cell => cell.Kind == CellKind.Time && cell.VariantId == variant)];
        return own.Length == 0 ? "no time cell"
            : own.FirstOrDefault(cell => cell.Outcome != CellOutcome.Finished) is { } stopped ? $"no times; a time cell of it is {OutcomeNames.Of(stopped.Outcome)}"
            : "no time cell at this loop count";
    }

    private static bool IsCost(MetricRecord metric) => metric.Key is { SuiteId: "training", Metric: "parameters" }
        || (metric.Key.SuiteId == "timing" && metric.Kind != MetricKind.Duration);

    private static int SharedLength(IEnumerable<int> lengths)
    {
        var counts = lengths.GroupBy(length => length).Select(group => (Length: group.Key, Count: group.Count())).ToArray();
        var most = counts.Max(pair => pair.Count);
        return counts.Where(pair => pair.Count == most).Max(pair => pair.Length);
    }
}
