using LT2.Eval.Harness.Execution;
using LT2.Eval.Harness.Plans;
using LT2.Eval.Results.Records;

namespace LT2.Eval.Harness.Tests.Execution;

/// <summary>A curriculum that is stopped again and again ends as one that is not.</summary>
public sealed class CurriculumContinuationTests : IDisposable
{
    // A single bit is learnt at once, 64 of them are not.
    private const string Plan = """
        name: stages
        testSetSeed: 3
        dtype: float32
        curricula:
          - name: parity
            variants: [lt2-gdn-neg@micro]
            trainedLoopCounts: [1]
            suite: parity
            task: parity-curriculum
            parameters: { stages: "1,2,64", stepsPerStage: 70, validationSamples: 100 }
            recipe: { batchSize: 8, learningRate: 0.02 }
            evaluateEverySteps: 20
        """;

    private readonly OpenedPlan plan = new(Plan);
    private readonly CellDefinition cell;

    public CurriculumContinuationTests() => cell = Assert.Single(plan.Session.Cells());

    public void Dispose() => plan.Dispose();

    [Fact]
    public void Stopping_at_every_second_validation_changes_nothing()
    {
        var whole = Attempt("whole", int.MaxValue)!;
        CellResult? parts = null;
        var attempts = 0;
        while (parts is null)
        {
            Assert.True(++attempts < 20, "The attempts come to no end.");
            parts = Attempt("parts", 2);
        }

        Assert.Equal(["n_max"], whole.Metrics.Where(metric => metric.Value == 2).Select(metric => metric.Key.Metric));
        Assert.Equal(["flops_per_token", "parameters"], whole.Metrics.Where(metric => metric.Key.SuiteId == "training" && metric.Value > 1).Select(metric => metric.Key.Metric).Order());
        Assert.All(whole.Metrics, metric => Assert.Equal(
            metric.Key.Metric is "n_max" or "steps_to_pass" || metric.Key.SuiteId == "training" ? MetricKind.Continuous : MetricKind.Proportion, metric.Kind));
        Assert.True(attempts > 3);
        Assert.Equal(whole.Cell.CheckpointHash, parts.Cell.CheckpointHash);
        Assert.Equal(whole.Metrics, parts.Metrics);
        Assert.Equal(whole.TrainingPoints.Select(Text), parts.TrainingPoints.Select(Text));
        Assert.Equal(Stages(whole), Stages(parts));
        Assert.Contains(parts.Events, record => record.Message.Contains("continued after the 2 stages", StringComparison.Ordinal));
        Assert.Empty(Directory.EnumerateDirectories(Path.Combine(plan.Folder, "parts"), "*.partial"));
    }

    [Fact]
    public void Where_the_last_stage_left_no_checkpoint_training_begins_again()
    {
        var whole = Attempt("whole", int.MaxValue)!;
        Assert.Null(Attempt("parts", 3));
        Directory.Delete(Path.Combine(plan.Folder, "parts", cell.Id), recursive: true);

        var again = Attempt("parts", int.MaxValue)!;
        Assert.Equal(whole.Cell.CheckpointHash, again.Cell.CheckpointHash);
        Assert.DoesNotContain(again.Events, record => record.Message.Contains("continued", StringComparison.Ordinal));
    }

    /// <summary>Null where the attempt was stopped, by itself, at its so-manieth validation.</summary>
    private CellResult? Attempt(string checkpoints, int stopAtValidation)
    {
        using var stop = new CancellationTokenSource();
        var context = plan.Context(checkpoints, new Stopping(stop, stopAtValidation));
        try
        {
            return new InProcessExecutor(context, plan.Session.Runners()).Attempt(cell, stop.Token);
        }
        catch (OperationCanceledException)
        {
            return null;
        }
    }

    private static string Text(TrainingPointRecord point) => $"{point with { ResidualRmsByLoop = [] }} {string.Join(" ", point.ResidualRmsByLoop)}";

    private static IEnumerable<string> Stages(CellResult result) => result.Events.Select(record => record.Message).Where(message => message.StartsWith("Size", StringComparison.Ordinal));

    private sealed class Stopping(CancellationTokenSource stop, int atValidation) : IRunProgress
    {
        private int validations;

        public void CellProgress(CellDefinition cell, double fraction, string detail)
        {
            if (++validations == atValidation)
            {
                stop.Cancel();
            }
        }

        public void Message(string text)
        {
        }

        public void Begin(int cellCount, int finishedCount)
        {
        }

        public void CellStarted(CellDefinition cell)
        {
        }

        public void CellGivenBack(CellDefinition cell, string reason)
        {
        }

        public void CellEnded(CellDefinition cell, CellOutcome outcome, string? reason)
        {
        }
    }
}
