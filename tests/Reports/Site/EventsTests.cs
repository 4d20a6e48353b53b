using LT2.Eval.Reports.Input;
using LT2.Eval.Reports.Tests.Samples;
using LT2.Eval.Results.Records;

namespace LT2.Eval.Reports.Tests.Site;

public sealed class EventsTests
{
    private static EventRecord Event(string severity, string message) => new(SampleRun.Start, null, severity, message);

    [Fact]
    public void The_overview_lists_warnings_and_errors_and_counts_the_rest_which_environment_folds_away()
    {
        using var site = new WrittenSite(ReportInput.Of(SampleRun.Create() with { Events = [Event("info", "First note."), Event("warning", "A warning."), Event("info", "Second note."), Event("error", "An error.")] }));

        var overview = site.Read("index.html");
        Assert.All(["A warning.", "An error."], text => Assert.Contains(text, overview, StringComparison.Ordinal));
        Assert.DoesNotContain("note.", overview, StringComparison.Ordinal);
        Assert.Contains("2 further events, no warnings: <a href=\"environment.html#events\">", overview, StringComparison.Ordinal);
        Assert.Matches("(?s)A warning\\..*<details><summary>2 further events</summary>.*First note\\..*Second note\\..*</details>", site.Read("environment.html"));
    }

    [Fact]
    public void A_run_of_notes_alone_has_no_warnings()
    {
        using var site = new WrittenSite(ReportInput.Of(SampleRun.Create() with { Events = [Event("info", "First note.")] }));
        Assert.Contains("No warnings and no errors.", site.Read("index.html"), StringComparison.Ordinal);
        Assert.Contains("1 further event, no warnings", site.Read("index.html"), StringComparison.Ordinal);
    }
}
