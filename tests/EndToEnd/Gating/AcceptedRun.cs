using LT2.Eval.Results.Records;
using LT2.Eval.Results.Store;

namespace LT2.Eval.EndToEnd.Tests.Gating;

/// <summary>A small plan that was run once and pinned; copies of the run stand for later nights.</summary>
public sealed class AcceptedRun : IDisposable
{
    private readonly TinyPlan plan = new(TinyPlan.RecallPlan("accepted", "lt2-gdn@micro", samples: 1000, "steps: 200, batchSize: 32"));

    public AcceptedRun()
    {
        var (exit, _, error) = Lt2.Run("run", plan.PlanPath, "--out", Folder, "--device", "cpu", "--no-report");
        Assert.True(exit == 0, error);
        RunId = Open().Runs()[0].RunId;
        var pinned = Lt2.Run("pin", "--reason", "first", "--by", "tests", "--out", Folder);
        Assert.True(pinned.ExitCode == 0, pinned.Error);
    }

    public string Folder => plan.Folder;

    public string RunId { get; }

    public ResultStore Open() => ResultStore.Open(plan.StorePath, StoreAccess.ReadWrite);

    /// <summary>Writes a copy of the run as another night, with some right answers of T = T′ = 2 turned wrong, or cells left out.</summary>
    public string Copy(string runId, int flippedAnswers = 0, Func<CellRecord, bool>? without = null)
    {
        using var store = Open();
        var original = store.Run(RunId);
        store.CreateRun(original with { RunId = runId, StartedUtc = original.StartedUtc.AddDays(1) });
        store.WriteEnvironment(runId, store.Environment(RunId));
        foreach (var cell in store.Cells(RunId).Where(cell => without?.Invoke(cell) != true))
        {
            var samples = store.Samples(RunId, cell.CellId).ToList();
            var metrics = store.Metrics(RunId).Where(metric => metric.CellId == cell.CellId).Select(metric => metric with { RunId = runId }).ToList();
            if (cell is { Kind: CellKind.Score, TrainedLoopCount: 2 })
            {
                Flip(samples, metrics, flippedAnswers);
            }

            store.WriteCell(new CellResult(cell with { RunId = runId }, metrics, samples, [], [.. store.TrainingPoints(RunId, cell.CellId)], []));
        }

        store.UpdateRunStatus(runId, RunStatus.Completed, original.StartedUtc.AddDays(1));
        return runId;
    }

    public void Dispose() => plan.Dispose();

    private static void Flip(List<SampleRecord> samples, List<MetricRecord> metrics, int count)
    {
        var right = Enumerable.Range(0, samples.Count)
            .Where(i => samples[i] is { Metric: "acc", TestedLoopCount: 2, Slice: null, Numerator: >= 1 }).Take(count).ToList();
        Assert.Equal(count, right.Count);
        foreach (var i in right)
        {
            samples[i] = samples[i] with { Numerator = samples[i].Numerator - 1 };
        }

        var all = samples.Where(sample => sample is { Metric: "acc", TestedLoopCount: 2, Slice: null }).ToList();
        var at = metrics.FindIndex(metric => metric.Key is { Metric: "acc", TestedLoopCount: 2, Slice: null });
        metrics[at] = metrics[at] with { Value = all.Sum(sample => sample.Numerator) / all.Sum(sample => sample.Denominator) };
    }
}
