using LT2.Eval.Reports.Input;
using LT2.Eval.Reports.Tests.Samples;
using LT2.Eval.Results.Records;

namespace LT2.Eval.Reports.Tests.Views;

public sealed class FailedValuesTests
{
    private static MetricRecord Failed(string metric, long seed, string cell)
    {
        var record = SampleRun.Create().Metrics[0];
        return record with { CellId = cell, Seed = seed, Value = null, Key = record.Key with { Metric = metric, CaseParameters = "size=24;variables=3" } };
    }

    [Fact]
    public void Rows_of_several_seeds_are_told_apart_and_say_why_there_is_no_value()
    {
        var run = SampleRun.Create();
        run = run with
        {
            Metrics = [.. run.Metrics.Where(metric => metric.Value is not null), Failed("steps_to_pass", 2, "c2"), Failed("steps_to_pass", 3, "c3"), Failed("accuracy", 3, "c3")],
            Events =
            [
                new(SampleRun.Start, "c2", "info", "Size 3: passed after 1000 steps at 0.950."), new(SampleRun.Start, "c2", "info", "Size 24: not passed after 4000 steps at 0.867."),
            ],
        };
        using var site = new WrittenSite(ReportInput.Of(run));
        var html = site.Read("index.html");
        Assert.Contains("<td class=\"number\">2</td><td class=\"long\">never passed. Size 24: not passed after 4000 steps at 0.867.</td>", html, StringComparison.Ordinal);
        Assert.Contains("<td class=\"number\">3</td><td class=\"long\">never passed</td>", html, StringComparison.Ordinal);
        Assert.Contains("<td class=\"number\">3</td><td class=\"long\">no reason recorded</td>", html, StringComparison.Ordinal);
    }
}
