using System.Text.Json;
using LT2.Eval.Reports.Charts;
using LT2.Eval.Reports.Input;
using LT2.Eval.Reports.Tests.Samples;
using LT2.Eval.Reports.Views;

namespace LT2.Eval.Reports.Tests.Charts;

public sealed class HeatMapChartTests
{
    private static readonly HeatGrid Grid = new ReportModel(ReportInput.Of(SampleRun.Create())).LengthGrids.First(grid => grid.Case.IsShare);

    [Fact]
    public void A_share_in_a_cell_has_at_most_three_decimals_and_the_table_three_digits()
    {
        var figure = HeatMapChart.Of(Grid with { Values = [.. Grid.Values.Select(row => row.SetItem(0, 0.00123))] });
        Assert.Equal("0.001", JsonDocument.Parse(figure.Json).RootElement.GetProperty("data")[0].GetProperty("text")[0][0].GetString());
        Assert.Equal("0.00123", figure.Table.Rows[0][1]);
    }

    [Fact]
    public void Axes_say_what_they_count()
    {
        var layout = JsonDocument.Parse(HeatMapChart.Of(Grid).Json).RootElement.GetProperty("layout");
        Assert.Equal(
            ("tested loop count T′", "length (tokens)"),
            (layout.GetProperty("xaxis").GetProperty("title").GetProperty("text").GetString(), layout.GetProperty("yaxis").GetProperty("title").GetProperty("text").GetString()));
    }
}
