using LT2.Eval.Reports.Charts;
using LT2.Eval.Reports.Tests.Samples;
using LT2.Eval.Results.Records;

namespace LT2.Eval.Reports.Tests.Charts;

public sealed class OtherTimingTableTests
{
    private static readonly MetricRecord Timed = SampleRun.Create().Metrics.First(metric => metric.Key is { SuiteId: "timing", Phase: "prefill" });

    private static MetricRecord Joules(string cell, double? value, string variant = "v@s") =>
        Timed with { CellId = cell, Value = value, Unit = "J/token", Kind = MetricKind.Continuous, Key = Timed.Key with { Metric = "joules_per_token", VariantId = variant } };

    [Fact]
    public void A_series_that_two_cells_measured_is_one_row_with_both_values() => Assert.Equal(
        ["2.86 mJ/token, mean of 2 cells (2.85 mJ/token to 2.87 mJ/token)", "5.00 mJ/token"],
        OtherTimingTable.Of([Joules("a", 0.00285), Joules("b", 0.00287), Joules("a", 0.005, "w@s")]).Rows.Select(row => row[4]));

    [Fact]
    public void Equal_values_and_failed_ones_are_no_range() =>
        Assert.Equal(["2.00 mJ/token", "–"], OtherTimingTable.Of([Joules("a", 0.002), Joules("b", 0.002), Joules("a", null, "w@s")]).Rows.Select(row => row[4]));
}
