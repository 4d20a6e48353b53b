using LT2.Eval.Reports.Input;
using LT2.Eval.Reports.Tests.Samples;
using LT2.Eval.Reports.Views;
using LT2.Eval.Results.Records;

namespace LT2.Eval.Reports.Tests.Views;

public sealed class RunCommandsTests
{
    private static RunData Run(string command, params EventRecord[] events)
    {
        var run = SampleRun.Create();
        return run with { Run = run.Run with { CommandLine = command }, Events = events };
    }

    [Theory]
    [InlineData("lt2 run standard", "lt2 run standard", false)]
    [InlineData("lt2 run standard --workers 2", "lt2 run standard --workers 2", false)]
    [InlineData("lt2 run standard --only reach --workers 14", "lt2 run standard", true)]
    [InlineData("lt2 nightly plans/mine.yaml --only=reach", "lt2 run plans/mine.yaml", true)]
    [InlineData("lt2 run --only reach standard", "lt2 run standard", true)]
    public void The_command_of_a_part_does_not_repeat_the_run_and_the_plan_does(string command, string repeat, bool isInParts)
    {
        var commands = RunCommands.Of(Run(command));
        Assert.Equal((command, repeat, isInParts), (commands.First, commands.Repeat, commands.IsInParts));
    }

    [Fact]
    public void Pages_of_a_continued_run_name_every_command_and_how_to_repeat_it()
    {
        using var site = new WrittenSite(ReportInput.Of(Run("lt2 run standard --data one", ContinuedRun.Event(SampleRun.Start.AddMinutes(5), "lt2 run standard --only recall"))));
        var environment = site.Read("environment.html");
        Assert.Matches("begun with:</p>\\s*<pre><code>lt2 run standard --data one</code></pre>", environment);
        Assert.Matches("continued with:</p>\\s*<pre><code>lt2 run standard --only recall</code></pre>", environment);
        Assert.Matches("To repeat the run, all parts of its plan:</p>\\s*<pre><code>lt2 run standard</code></pre>", environment);
        Assert.Contains("<dt>Begun with</dt><dd>lt2 run standard --data one</dd>", site.Read("index.html"), StringComparison.Ordinal);
        Assert.Contains("<dt>To repeat it</dt><dd>lt2 run standard</dd>", site.Read("index.html"), StringComparison.Ordinal);
    }

    [Fact]
    public void A_run_that_older_programs_continued_says_that_its_commands_are_not_known()
    {
        using var site = new WrittenSite(ReportInput.Of(Run("lt2 run standard", new EventRecord(SampleRun.Start.AddMinutes(5), null, "info", "Continued."))));
        Assert.Contains("The commands that continued it were not recorded.", site.Read("environment.html"), StringComparison.Ordinal);
    }
}
