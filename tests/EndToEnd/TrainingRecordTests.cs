using LT2.Eval.Results.Records;
using LT2.Eval.Results.Store;

namespace LT2.Eval.EndToEnd.Tests;

/// <summary>What a plan's training options leave in the store.</summary>
public sealed class TrainingRecordTests
{
    [Fact]
    public void Divergence_is_recorded_with_its_points_and_what_needs_the_checkpoint_is_skipped()
    {
        using var plan = new TinyPlan(TinyPlan.RecallPlan("diverging", "looped-full@micro", samples: 10, "steps: 40, batchSize: 8, learningRate: 1000000, warmupFraction: 0"));
        var (exit, _, error) = Lt2.Run("run", plan.PlanPath, "--out", plan.Folder, "--device", "cpu", "--no-report");

        using var store = ResultStore.Open(plan.StorePath, StoreAccess.ReadOnly);
        var run = Assert.Single(store.Runs());
        var trained = store.Cells(run.RunId).Where(cell => cell.Kind == CellKind.Train).ToList();
        Assert.All(trained, cell => Assert.Equal(CellOutcome.Diverged, cell.Outcome));
        Assert.All(trained, cell => Assert.Contains(" at step ", cell.Reason, StringComparison.Ordinal));
        Assert.All(trained, cell => Assert.NotEmpty(store.TrainingPoints(run.RunId, cell.CellId)));
        Assert.All(store.Cells(run.RunId).Where(cell => cell.Kind == CellKind.Score), cell => Assert.Equal(CellOutcome.Skipped, cell.Outcome));
        Assert.NotEqual(2, exit);
        Assert.DoesNotContain("   at LT2", error, StringComparison.Ordinal);
    }

    [Fact]
    public void Mixed_precision_and_accumulation_are_in_the_series_the_cells_and_the_environment()
    {
        var text = TinyPlan.RecallPlan("mixed", "lt2-gdn@micro", samples: 10, "steps: 4, batchSize: 8, gradientAccumulationSteps: 4");
        using var plan = new TinyPlan(text.Replace("testSetSeed: 11", "testSetSeed: 11\ndtype: bfloat16", StringComparison.Ordinal));
        var (exit, _, error) = Lt2.Run("run", plan.PlanPath, "--out", plan.Folder, "--device", "cpu", "--no-report");

        Assert.True(exit == 0, error);
        using var store = ResultStore.Open(plan.StorePath, StoreAccess.ReadOnly);
        var run = Assert.Single(store.Runs());
        Assert.All(store.Metrics(run.RunId).Where(metric => metric.Key.SuiteId == "mqar"), metric => Assert.Equal("bfloat16", metric.Key.Dtype));
        Assert.Contains(store.Environment(run.RunId), entry => entry is { Name: "settings.precision", Value: "bfloat16 compute, float32 master weights and optimiser states" });
        foreach (var cell in store.Cells(run.RunId).Where(cell => cell.Kind == CellKind.Train))
        {
            Assert.Contains("\"gradientAccumulationSteps\":4", cell.DefinitionJson.Replace(" ", "", StringComparison.Ordinal), StringComparison.Ordinal);
            Assert.All(store.TrainingPoints(run.RunId, cell.CellId), point => Assert.Equal(cell.TrainedLoopCount, point.ResidualRmsByLoop.Length));
        }
    }

    [Fact]
    public void Steps_that_do_not_divide_the_batch_are_a_problem_of_the_plan()
    {
        using var plan = new TinyPlan(TinyPlan.RecallPlan("uneven", "lt2-gdn@micro", samples: 10, "steps: 4, batchSize: 8, gradientAccumulationSteps: 3"));
        var (exit, output, error) = Lt2.Run("validate", plan.PlanPath);

        Assert.Equal(2, exit);
        Assert.Contains("gradientAccumulationSteps is 3; it must be above 0 and divide batchSize, 8", output + error, StringComparison.Ordinal);
    }

    [Fact]
    public void Memory_is_probed_at_the_lengths_a_plan_names()
    {
        using var plan = new TinyPlan(TinyPlan.Recall.Replace("    lengths: [16, 32]", "    lengths: [16, 32]\n    memoryLengths: [32]", StringComparison.Ordinal));
        var (exit, _, error) = Lt2.Run("run", plan.PlanPath, "--out", plan.Folder, "--device", "cpu", "--no-report");

        Assert.True(exit == 0, error);
        using var store = ResultStore.Open(plan.StorePath, StoreAccess.ReadOnly);
        var peaks = store.Metrics(store.Runs()[0].RunId).Where(metric => metric.Key.Metric == "peak_memory").ToList();
        Assert.Equal([("decode", 32), ("prefill", 32)], peaks.Select(peak => (peak.Key.Phase!, peak.Key.SequenceLength!.Value)).Order());
        Assert.All(peaks, peak => Assert.True(peak.Value > 50e6));
    }
}
