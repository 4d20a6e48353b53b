using System.Collections.Immutable;
using System.Text.Json;
using LT2.Eval.Reports.Charts;
using LT2.Eval.Reports.Input;
using LT2.Eval.Reports.Tests.Samples;
using LT2.Eval.Reports.Views;
using LT2.Eval.Results.Gating;

namespace LT2.Eval.Reports.Tests.Charts;

public sealed class DifferenceLoopChartTests
{
    private static readonly ReportInput Input = SampleInputs.Full();

    private static readonly ReportModel Model = new(Input);

    private static ImmutableArray<MetricComparison> Of(string task) => [.. Model.Changes.Where(change => change.Key.TaskId == task)];

    [Fact]
    public void Lines_of_one_variant_at_several_T_share_its_colour_and_nothing_else()
    {
        var lines = DifferenceLoopChart.Of(Of("parity"), Model.Styles).SelectMany(figure => JsonDocument.Parse(figure.Json).RootElement.GetProperty("data").EnumerateArray())
            .Select(trace => (
                Name: trace.GetProperty("name").GetString()!, Color: trace.GetProperty("line").GetProperty("color").GetString(), Dash: trace.GetProperty("line").GetProperty("dash").GetString(),
                Symbol: trace.GetProperty("marker").GetProperty("symbol").GetString())).Distinct().Where(line => line.Name.StartsWith("lt2-gdn@tiny", StringComparison.Ordinal)).ToArray();
        Assert.Equal(["lt2-gdn@tiny, T = 1", "lt2-gdn@tiny, T = 3"], lines.Select(line => line.Name));
        Assert.Equal(lines[0].Color, lines[1].Color);
        Assert.NotEqual(lines[0].Symbol, lines[1].Symbol);
        Assert.NotEqual(lines[0].Dash, lines[1].Dash);
        Assert.DoesNotContain("dash", lines.Select(line => line.Dash));
    }

    [Fact]
    public void Where_nothing_changed_there_are_words_and_no_chart()
    {
        var same = Of("mqar");
        Assert.All(same, change => Assert.Equal(0, change.Difference));
        Assert.Empty(DifferenceLoopChart.Of(same, Model.Styles));
        var words = DifferenceLoopChart.Unchanged(same);
        Assert.Equal(4, words.Length);
        Assert.All(words, text => Assert.EndsWith(": accuracy", text, StringComparison.Ordinal));
        Assert.Empty(DifferenceLoopChart.Unchanged(Of("parity")));
        using var site = new WrittenSite(Input);
        Assert.Contains("No change at any T′: ", System.Net.WebUtility.HtmlDecode(site.Read("compare.html")), StringComparison.Ordinal);
    }
}
