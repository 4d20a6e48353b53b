using System.Text.Json;
using LT2.Eval.Reports.Charts;
using LT2.Eval.Reports.Views;
using LT2.Eval.Results.Records;

namespace LT2.Eval.Reports.Tests.Charts;

public sealed class ReferenceCurveTests
{
    private static readonly VariantStyles Styles = new(["v@tiny"]);

    private static MetricRecord Metric(double value, int trained, int tested, string data = "d") => new(
        "run", $"cell-{trained}", new SeriesKey("s", 1, "parity", "length=64", 0, "test", data, "accuracy", null, "v@tiny", "r", trained, tested, "float32", 8),
        1, value, 0.01, 1000, 1000, 0.5, MetricDirection.HigherIsBetter, "1", MetricKind.Binary, null);

    private static readonly MetricRecord[] Now = [Metric(0.6, 1, 1), Metric(0.7, 2, 1), Metric(0.8, 2, 2)];

    private static QualityCase Case(params MetricRecord[] reference) => Assert.Single(QualityCases.Of(Now, reference));

    private static JsonElement[] Traces(ChartFigure figure) => [.. JsonDocument.Parse(figure.Json).RootElement.GetProperty("data").EnumerateArray()];

    [Fact]
    public void The_reference_run_is_a_dashed_curve_with_a_marker_of_its_own_beside_this_one()
    {
        var figure = Assert.Single(TestedLoopChart.Of(Case(Metric(0.72, 2, 1), Metric(0.95, 2, 2)), Styles));
        var traces = Traces(figure);

        Assert.Equal(["v@tiny, reference run", "v@tiny"], traces.Take(2).Select(trace => trace.GetProperty("name").GetString()));
        Assert.Equal([0.72, 0.95], traces[0].GetProperty("y").EnumerateArray().Select(value => value.GetDouble()));
        Assert.Equal(("dash", "circle-open-dot"), (traces[0].GetProperty("line").GetProperty("dash").GetString(), traces[0].GetProperty("marker").GetProperty("symbol").GetString()));
        Assert.Equal(("solid", "circle"), (traces[1].GetProperty("line").GetProperty("dash").GetString(), traces[1].GetProperty("marker").GetProperty("symbol").GetString()));
        Assert.Equal(traces[1].GetProperty("line").GetProperty("color").GetString(), traces[0].GetProperty("line").GetProperty("color").GetString());
        Assert.NotEqual(traces[0].GetProperty("x")[0].GetDouble(), traces[1].GetProperty("x")[0].GetDouble());
    }

    [Fact]
    public void One_entry_of_the_legend_stands_for_the_reference_run_of_every_variant()
    {
        MetricRecord Other(MetricRecord metric) => metric with { Key = metric.Key with { VariantId = "w@tiny" } };
        var item = Assert.Single(QualityCases.Of([.. Now, .. Now.Select(Other)], [.. Now, .. Now.Select(Other)]));
        var traces = Traces(Assert.Single(TestedLoopChart.Of(item, Styles)));
        var listed = traces.Where(trace => !trace.TryGetProperty("showlegend", out var isShown) || isShown.GetBoolean()).Select(trace => trace.GetProperty("name").GetString());
        Assert.Equal(["v@tiny", "w@tiny", "dashed, open marker: reference run"], listed);
        Assert.All(traces.Where(trace => trace.GetProperty("name").GetString()!.EndsWith("reference run", StringComparison.Ordinal)), trace => Assert.Equal("reference", trace.GetProperty("legendgroup").GetString()));
    }

    [Fact]
    public void Words_and_table_give_both_values()
    {
        var figure = TrainedLoopChart.Of(Case(Metric(0.61, 1, 1), Metric(0.95, 2, 2)), Styles)!;

        Assert.Contains("Furthest from the reference run (dashed): v@tiny at T = 2, 0.950 → 0.800.", figure.Summary, StringComparison.Ordinal);
        var column = figure.Table.Columns.Select(item => item.Title).ToList().IndexOf("In the reference run [95 % interval]");
        Assert.Equal(["0.610", "0.950"], figure.Table.Rows.Select(row => row[column].Split(' ')[0]));
    }

    [Fact]
    public void A_curve_that_did_not_move_says_so() => Assert.Contains(
        "Furthest from the reference run (dashed): v@tiny nowhere.", TrainedLoopChart.Of(Case(Now), Styles)!.Summary, StringComparison.Ordinal);

    [Fact]
    public void What_the_reference_measured_on_other_data_is_no_before() => Assert.Empty(Case(Metric(0.72, 2, 1, data: "other")).Before);

    [Fact]
    public void A_panel_of_models_that_share_one_T_says_so_and_is_left_out_where_they_were_tested_at_others()
    {
        static ChartFigure? Panel(params MetricRecord[] now) => TrainedLoopChart.Of(Assert.Single(QualityCases.Of(now, null)), Styles);
        Assert.EndsWith(", models trained and tested at T = 8", Panel(Metric(0.6, 8, 8))!.Title, StringComparison.Ordinal);
        Assert.EndsWith(", models trained at each loop count T", Panel(Metric(0.6, 8, 8), Metric(0.6, 4, 4))!.Title, StringComparison.Ordinal);
        Assert.Null(Panel(Metric(0.6, 8, 8), Metric(0.6, 8, 4)));
    }

    [Fact]
    public void Without_a_reference_nothing_is_said_of_one()
    {
        foreach (var figure in TestedLoopChart.Of(Case(), Styles).Append(TrainedLoopChart.Of(Case(), Styles)!))
        {
            Assert.DoesNotContain("reference", figure.Summary + figure.Json + string.Concat(figure.Table.Columns), StringComparison.Ordinal);
        }
    }
}
