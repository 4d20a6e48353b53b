using LT2.Eval.Reports.Charts;
using LT2.Eval.Reports.Views;
using LT2.Eval.Results.Records;

namespace LT2.Eval.Reports.Tests.Views;

public sealed class MemoryCurveTests
{
    private static MetricRecord Metric(string variant, string metric, int length, double? value, MetricKind kind) => new(
        "run", "cell", new SeriesKey("timing", 1, "prefill", "", 0, null, null, metric, null, variant, null, null, 4, "bfloat16", 1, "prefill", length, "fused", "gpu"),
        null, value, null, 1, 1, null, MetricDirection.LowerIsBetter, "unit", kind, null);

    [Fact]
    public void The_frontier_of_memory_stands_beside_what_was_timed()
    {
        var curves = MemoryCurve.Of(
        [
            Metric("full", "latency", 1024, 10, MetricKind.Duration), Metric("full", "latency", 2048, null, MetricKind.Duration), Metric("full", "peak_memory", 1024, 3e9, MetricKind.Bytes),
            Metric("full", "longest_length", 0, 1792, MetricKind.Continuous), Metric("linear", "latency", 1024, 12, MetricKind.Duration),
        ]);

        Assert.Equal([("full", 1024, 2048, 1792), ("linear", 1024, null, null)], curves.Select(curve => (curve.VariantId, curve.LongestTimed, curve.ShortestFailed, curve.LongestFitting)));
        var rows = MemoryChart.Limits("Prefill", curves).Rows;
        Assert.Equal(["full", "4", "1,024", "2,048", "1,792", "2.79 GiB at n = 1,024"], rows[0]);
        Assert.Equal(["linear", "4", "1,024", "none", "not searched", "–"], rows[1]);
    }
}
