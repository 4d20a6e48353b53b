using LT2.Eval.Reports.Input;
using LT2.Eval.Reports.Tests.Samples;
using LT2.Eval.Reports.Views;

namespace LT2.Eval.Reports.Tests.Views;

public sealed class SeriesTitlesTests
{
    [Fact]
    public void A_series_has_the_name_of_its_case_on_the_quality_page()
    {
        var run = SampleRun.Create();
        run = run with { Metrics = [.. run.Metrics.Select(metric => metric.Key.TaskId == "austen" ? metric with { Key = metric.Key with { CaseParameters = "documents=5000;novel=both" } } : metric)] };
        var model = new ReportModel(ReportInput.Of(run));

        var measured = run.Metrics.Where(metric => model.AllQuality.Any(item => item.TaskId == metric.Key.TaskId)).ToArray();
        Assert.NotEmpty(measured);
        Assert.All(measured, metric => Assert.Equal(model.AllQuality.First(item => item.TaskId == metric.Key.TaskId && item.CaseParameters == metric.Key.CaseParameters).CaseTitle, model.Titles.Case(metric.Key)));
        Assert.Equal("austen", model.Titles.Case(run.Metrics.First(metric => metric.Key.TaskId == "austen").Key));
    }

    [Fact]
    public void Times_and_tasks_that_the_run_does_not_have_keep_their_own_names()
    {
        var run = SampleRun.Create();
        var titles = new ReportModel(ReportInput.Of(run)).Titles;
        Assert.StartsWith("prefill, n = 128, batch 1: latency", titles.Title(run.Metrics.First(metric => metric.Key is { Phase: "prefill", Metric: "latency" }).Key), StringComparison.Ordinal);
        Assert.Equal("s3, length 8, elements all", titles.Case(run.Metrics[0].Key with { TaskId = "s3", CaseParameters = "length=8;elements=all" }));
    }
}
