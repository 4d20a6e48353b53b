using LT2.Eval.Results.Gating;
using LT2.Eval.Results.Records;
using LT2.Eval.Results.Store;

namespace LT2.Eval.EndToEnd.Tests;

public sealed class RunTests
{
    [Fact]
    public void A_run_trains_scores_times_records_and_names_its_page()
    {
        using var plan = new TinyPlan();
        var (exit, output, error) = Lt2.Run("run", plan.PlanPath, "--out", plan.Folder, "--device", "cpu");

        Assert.True(exit == 0, error);
        var page = output.Trim().Split('\n')[^1].Replace("Report: ", "", StringComparison.Ordinal);
        Assert.True(File.Exists(page), output);
        using var store = ResultStore.Open(plan.StorePath, StoreAccess.ReadOnly);
        var run = Assert.Single(store.Runs());
        Assert.Equal(RunStatus.Completed, run.Status);
        var cells = store.Cells(run.RunId);
        Assert.Equal(11, cells.Count);
        Assert.All(cells, cell => Assert.Equal(CellOutcome.Finished, cell.Outcome));
        var accuracies = store.Metrics(run.RunId).Where(metric => metric.Key is { SuiteId: "mqar", Slice: null }).ToList();
        Assert.Equal([(1, 1), (1, 2), (2, 1), (2, 2)], accuracies
            .Where(metric => metric.Key.VariantId == "lt2-gdn@micro")
            .Select(metric => (metric.Key.TrainedLoopCount!.Value, metric.Key.TestedLoopCount!.Value)).Order().Distinct());
        Assert.All(accuracies, metric => Assert.Equal(30, metric.SampleCount));
        var latencies = store.Metrics(run.RunId).Where(metric => metric.Key.Metric == "latency" && !CanarySeries.Is(metric.Key)).ToList();
        Assert.Equal(4, latencies.Count);
        Assert.All(latencies, latency => Assert.True(latency.Value > 0));
        Assert.Equal(
            ["position=first copy", "position=first matmul", "position=last copy", "position=last matmul"],
            store.Metrics(run.RunId).Where(metric => CanarySeries.Is(metric.Key) && metric.Value > 0).Select(metric => $"{metric.Key.CaseParameters} {metric.Key.Phase}").Order());
    }

    [Fact]
    public void The_same_command_again_starts_a_new_run_that_reuses_trained_checkpoints_and_measures_again()
    {
        using var plan = new TinyPlan();
        Assert.Equal(0, Lt2.Run("run", plan.PlanPath, "--out", plan.Folder, "--device", "cpu", "--no-report").ExitCode);
        var (exit, _, error) = Lt2.Run("run", plan.PlanPath, "--out", plan.Folder, "--device", "cpu", "--no-report");

        Assert.True(exit == 0, error);
        using var store = ResultStore.Open(plan.StorePath, StoreAccess.ReadOnly);
        var runs = store.Runs();
        Assert.Equal(2, runs.Count);
        var second = store.Cells(runs[1].RunId);
        Assert.All(second.Where(cell => cell.Kind == CellKind.Train), cell => Assert.Equal(runs[0].RunId, cell.ReusedFromRunId));
        Assert.All(second.Where(cell => cell.Kind != CellKind.Train), cell => Assert.Null(cell.ReusedFromRunId));
    }

    [Fact]
    public void Two_runs_with_one_seed_leave_identical_records_but_for_times()
    {
        using var first = new TinyPlan();
        using var second = new TinyPlan();
        Assert.Equal(0, Lt2.Run("run", first.PlanPath, "--out", first.Folder, "--device", "cpu", "--no-report").ExitCode);
        Assert.Equal(0, Lt2.Run("run", second.PlanPath, "--out", second.Folder, "--device", "cpu", "--no-report").ExitCode);

        Assert.Equal(StoredRecords.ButTimes(first.StorePath), StoredRecords.ButTimes(second.StorePath));
    }

    [Fact]
    public void One_sample_is_the_same_from_the_suite_to_its_record()
    {
        using var plan = new TinyPlan();
        Assert.Equal(0, Lt2.Run("run", plan.PlanPath, "--out", plan.Folder, "--device", "cpu", "--no-report").ExitCode);

        var parameters = new Dictionary<string, string> { ["length"] = "16", ["pairs"] = "2", ["vocabulary"] = "16" };
        var item = (Tasks.Contracts.IGeneratedCase)Tasks.SuiteCatalog.All.First(suite => suite.Id == "mqar")
            .CreateCase(new Tasks.Contracts.CaseSpecification("mqar", parameters));
        var sample = item.GetSample(Tasks.Contracts.SampleSplit.Test, 11, 3);
        var labels = sample.Labels.Where(label => label != Tasks.Contracts.TokenSample.NoLabel).ToList();
        using var store = ResultStore.Open(plan.StorePath, StoreAccess.ReadOnly);
        var run = store.Runs()[0];
        var cell = store.Cells(run.RunId).First(cell => cell is { Kind: CellKind.Score, VariantId: "lt2-gdn@micro", TrainedLoopCount: 2 });
        var record = Assert.Single(store.Samples(run.RunId, cell.CellId), row => row.SampleId == sample.Id && row is { TestedLoopCount: 2, Slice: null, Metric: "acc" });

        // The stored answer, compared by hand with the suite's labels, gives the stored score.
        var answered = record.Answer!.Split([' ', ','], StringSplitOptions.RemoveEmptyEntries).Select(int.Parse).ToList();
        Assert.Equal(labels.Count, answered.Count);
        var correct = labels.Zip(answered).Count(pair => pair.First == pair.Second);
        Assert.Equal((double)correct / labels.Count, record.Numerator / record.Denominator, 12);
        var metric = store.Metrics(run.RunId).First(metric => metric.CellId == cell.CellId && metric.Key is { TestedLoopCount: 2, Slice: null, Metric: "acc" });
        var all = store.Samples(run.RunId, cell.CellId).Where(row => row is { TestedLoopCount: 2, Slice: null, Metric: "acc" }).ToList();
        Assert.Equal(all.Sum(row => row.Numerator) / all.Sum(row => row.Denominator), metric.Value!.Value, 12);
    }
}
