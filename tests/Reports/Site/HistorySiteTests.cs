using LT2.Eval.Reports.Input;
using LT2.Eval.Reports.Tests.Samples;
using LT2.Eval.Reports.Views;
using LT2.Eval.Results.Records;

namespace LT2.Eval.Reports.Tests.Site;

public sealed class HistorySiteTests
{
    private static readonly RunData Run = SampleRun.Create();

    /// <summary>Many series of two variants, of which every hundredth has a step.</summary>
    private static ReportInput Input(int count)
    {
        var key = Run.Metrics[0].Key;
        return ReportInput.Of(Run) with
        {
            History =
            [
                .. Enumerable.Range(0, count).Select(index => new HistorySeries(
                    key with { CaseParameters = $"length={index}", VariantId = index % 2 == 0 ? "lt2-gdn@tiny" : "transformer@tiny" }, MetricDirection.HigherIsBetter, "1", MetricKind.Proportion,
                    [.. Enumerable.Range(0, 16).Select(night => new HistoryPoint($"run-{night}", SampleRun.Start.AddDays(night - 15), (index % 100 == 1 && night >= 8 ? 0.5 : 0.9) + (0.001 * (night % 3)), null))])),
            ],
        };
    }

    [Fact]
    public void Of_many_series_only_those_with_a_step_stand_on_the_page_and_each_other_one_in_a_list_of_its_task_and_variant()
    {
        using var site = new WrittenSite(Input(HistoryParts.MostOnOnePage + 100));

        Assert.Equal(6, site.Summary.Pages.Count(page => page.StartsWith("series/", StringComparison.Ordinal)));
        string[] lists = [.. site.Summary.Pages.Where(page => page.StartsWith("history/", StringComparison.Ordinal))];
        Assert.Equal(2, lists.Length);
        Assert.All(lists, list => Assert.Contains($"href=\"{list}\"", site.Read("history.html"), StringComparison.Ordinal));
        Assert.Contains("6 series with a step", site.Read("history.html"), StringComparison.Ordinal);
        Assert.Contains("594 series in which nothing happened", site.Read("history.html"), StringComparison.Ordinal);
        Assert.Equal(594, lists.Sum(list => site.Read(list).Split("<th scope=\"row\"").Length - 1));
    }

    [Fact]
    public void Fewer_series_are_all_listed_on_the_page_with_a_page_each()
    {
        using var site = new WrittenSite(Input(40));
        Assert.Equal(40, site.Summary.Pages.Count(page => page.StartsWith("series/", StringComparison.Ordinal)));
        Assert.Contains("<caption>40 series</caption>", site.Read("history.html"), StringComparison.Ordinal);
    }

    [Fact]
    public void The_single_file_has_no_history() =>
        Assert.DoesNotContain(Rendering.PageCatalogue.Instances(new ReportModel(Input(40))), page => page is { Path: "history.html", IsInSingleFile: true });
}
