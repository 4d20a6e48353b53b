using LT2.Eval.Harness.Execution;
using LT2.Eval.Results.Records;

namespace LT2.Eval.Harness.Tests.Execution;

public sealed class RunRegistrationTests
{
    private const string Plan = """
        name: small
        testSetSeed: 3
        dtype: float32
        curricula:
          - name: parity
            variants: [lt2-gdn-neg@micro]
            trainedLoopCounts: [1]
            suite: parity
            task: parity-curriculum
            parameters: { stages: "1,2", stepsPerStage: 70, validationSamples: 100 }
            recipe: { batchSize: 8, learningRate: 0.02 }
            evaluateEverySteps: 20
        """;

    [Fact]
    public void A_run_keeps_the_command_that_began_it_and_each_that_continued_it()
    {
        using var plan = new OpenedPlan(Plan);

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
