using LT2.Eval.Harness.Execution;
using LT2.Eval.Results.Records;

namespace LT2.Eval.Harness.Tests.Execution;

public sealed class RunRegistrationTests
{
    [Fact]
    public void A_run_keeps_the_command_that_began_it_and_each_that_continued_it()
    {
        using var plan = new OpenedPlan(OpenedPlan.Recall());

        var (begun, _) = Begin(plan, "lt2 run small --only parity", runId: null);
        var (found, isFound) = Begin(plan, "lt2 run small --only mqar", runId: null);
        var (named, isNamed) = Begin(plan, $"lt2 run small --run {begun.RunId}", begun.RunId);

        Assert.Equal((true, true, begun.RunId, begun.RunId), (isFound, isNamed, found.RunId, named.RunId));
        var run = plan.Store.Run(begun.RunId);
        Assert.Equal("lt2 run small --only parity", run.CommandLine);
        var events = plan.Store.Events(run.RunId);
        Assert.All(events, record => Assert.Equal("info", record.Severity));
        Assert.Equal(["lt2 run small --only mqar", $"lt2 run small --run {begun.RunId}"], events.Select(ContinuedRun.CommandOf));
    }

    private static (RunRecord Run, bool Continued) Begin(OpenedPlan plan, string command, string? runId) => RunRegistration.Begin(
        plan.Store, plan.Folder, plan.Session.Plan, new RunOptions(plan.Folder, "cpu", StartNew: false, runId, null, command), "host", TimeProvider.System);
}
