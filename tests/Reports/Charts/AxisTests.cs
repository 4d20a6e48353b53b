using System.Text.Json;
using LT2.Eval.Reports.Charts;
using LT2.Eval.Reports.Input;
using LT2.Eval.Reports.Tests.Samples;
using LT2.Eval.Reports.Views;
using LT2.Eval.Results.Records;

namespace LT2.Eval.Reports.Tests.Charts;

public sealed class AxisTests
{
    private static readonly RunData Run = SampleRun.Create();

    private static JsonElement Axis(ChartFigure figure, string name) => JsonDocument.Parse(figure.Json).RootElement.GetProperty("layout").GetProperty(name);

    private static string?[] Labels(JsonElement axis) => [.. axis.GetProperty("ticktext").EnumerateArray().Select(label => label.GetString())];

    private static ChartFigure Frontier(Func<string, int, Estimate?> cost, string name = "parameters", string unit = "parameter", params MetricRecord[] added)
    {
        var model = new ReportModel(ReportInput.Of(Run with { Metrics = [.. Run.Metrics, .. added] }));
        return FrontierChart.Of(model.Quality.First(item => item.TaskId == "parity"), new CostKind(name, unit, cost, (_, _) => ""), model.Styles)!;
    }

    private static string?[] Texts(ChartFigure figure, string field) =>
    [
        .. JsonDocument.Parse(figure.Json).RootElement.GetProperty("data").EnumerateArray().Where(trace => trace.TryGetProperty(field, out _))
            .SelectMany(trace => trace.GetProperty(field).EnumerateArray()).Select(text => text.GetString()),
    ];

    [Fact]
    public void Training_charts_have_the_whole_numbers_of_other_logarithmic_axes()
    {
        var group = new ReportModel(ReportInput.Of(Run)).Training[0];
        Assert.All([TrainingChart.Loss(group), TrainingChart.GradientNorm(group)], figure =>
        {
            var axis = Axis(figure, "yaxis");
            Assert.Equal("log", axis.GetProperty("type").GetString());
            Assert.InRange(Labels(axis).Length, 2, 8);
        });
    }

    [Fact]
    public void A_loss_of_zero_keeps_its_axis_linear()
    {
        var run = Run with { TrainingPoints = [.. Run.TrainingPoints.Select(point => point with { Loss = point.Step > 300 ? 0 : point.Loss })] };
        Assert.False(Axis(TrainingChart.Loss(new ReportModel(ReportInput.Of(run)).Training[0]), "yaxis").TryGetProperty("type", out _));
    }

    [Fact]
    public void Large_costs_are_written_short_and_a_unit_is_said_once()
    {
        var axis = Axis(Frontier((variant, loops) => new Estimate((variant == "lt2-gdn@tiny" ? 9e6 : 2.1e9) * loops, null, null)), "xaxis");
        Assert.Contains("10 M", Labels(axis));
        Assert.Contains("1 G", Labels(axis));
        Assert.Contains("200 k", Labels(Axis(Frontier((variant, loops) => new Estimate((variant == "lt2-gdn@tiny" ? 9e4 : 2e5) * loops, null, null)), "xaxis")));
        Assert.Contains("5,000", Labels(Axis(Frontier((variant, loops) => new Estimate((variant == "lt2-gdn@tiny" ? 2000 : 5000) * loops, null, null)), "xaxis")));
        Assert.Equal("parameters", axis.GetProperty("title").GetProperty("text").GetString());
        Assert.Equal("operations (FLOP/token)", Axis(Frontier((_, loops) => new Estimate(loops, null, null), "operations", "FLOP/token"), "xaxis").GetProperty("title").GetProperty("text").GetString());
    }

    [Fact]
    public void A_label_that_would_lie_on_another_is_left_to_the_hover()
    {
        var apart = Frontier((variant, loops) => new Estimate((variant == "lt2-gdn@tiny" ? 1 : 100) * Math.Pow(10, 4 * loops), null, null));
        var together = Frontier((_, _) => new Estimate(5, null, null));
        Assert.DoesNotContain("", Texts(apart, "text").Take(4));
        Assert.Contains("", Texts(together, "text"));
        Assert.All([apart, together], figure => Assert.DoesNotContain("", Texts(figure, "hovertext")));
    }
}
