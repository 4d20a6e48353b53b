using CsCheck;
using LT2.Eval.Results.Records;
using LT2.Eval.Results.Store;

namespace LT2.Eval.Results.Tests.Store;

public sealed class ResultStoreTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly string _path;
    private readonly ResultStore _store;
    private readonly RunRecord _run = Examples.Run();

    public ResultStoreTests()
    {
        _path = _folder.File("runs/store.sqlite");
        _store = ResultStore.Open(_path, StoreAccess.ReadWrite);
        _store.CreateRun(_run);
    }

    [Fact]
    public void What_is_written_is_read_back_by_another_opening()
    {
        GoldenStore.Fill(_store, _run);

        using var reader = ResultStore.Open(_path, StoreAccess.ReadOnly);

        GoldenStore.AssertHolds(reader, _run);
    }

    [Fact]
    public void A_finished_cell_is_never_overwritten()
    {
        _store.WriteCell(Examples.ScoreCell(_run.RunId, "c1"));

        var error = Assert.Throws<ResultsException>(() => _store.WriteCell(Examples.ScoreCell(_run.RunId, "c1", samples: 2)));

        Assert.Equal(ResultsProblem.AlreadyRecorded, error.Problem);
        Assert.Equal(5, _store.Samples(_run.RunId, "c1").Count);
    }

    [Fact]
    public void A_failed_cell_may_be_carried_out_again_and_leaves_an_event()
    {
        var failed = Examples.ScoreCell(_run.RunId, "c1") with { Cell = Examples.Cell(_run.RunId, "c1", outcome: CellOutcome.Diverged) };
        _store.WriteCell(failed);

        _store.WriteCell(Examples.ScoreCell(_run.RunId, "c1", samples: 2));

        Assert.Equal(CellOutcome.Finished, Assert.Single(_store.Cells(_run.RunId)).Outcome);
        Assert.Equal(3, _store.Samples(_run.RunId, "c1").Count);
        Assert.Contains(_store.Events(_run.RunId), e => e.Message.Contains("diverged", StringComparison.Ordinal) && e.CellId == "c1");
    }

    [Fact]
    public void A_cell_whose_samples_collide_leaves_nothing_behind()
    {
        var result = Examples.ScoreCell(_run.RunId, "c1");
        var doubled = result with { Samples = [.. result.Samples, result.Samples[0]] };

        var error = Assert.Throws<ResultsException>(() => _store.WriteCell(doubled));

        Assert.Contains("sample-0", error.Message, StringComparison.Ordinal);
        Assert.Empty(_store.Cells(_run.RunId));
        Assert.Empty(_store.Metrics(_run.RunId));
    }

    [Fact]
    public void Records_of_another_cell_are_refused()
    {
        var result = Examples.ScoreCell(_run.RunId, "c1");

        var error = Assert.Throws<ResultsException>(() => _store.WriteCell(result with { Cell = result.Cell with { CellId = "c2" } }));

        Assert.Equal(ResultsProblem.RecordsInconsistent, error.Problem);
    }

    [Fact]
    public void A_cell_that_did_not_finish_needs_a_reason()
    {
        var cell = Examples.Cell(_run.RunId, "c1", outcome: CellOutcome.Failed) with { Reason = null };

        Assert.Throws<ResultsException>(() => _store.WriteCell(new(cell, [], [], [], [], [])));
    }

    [Fact]
    public void A_run_id_is_used_once() =>
        Assert.Equal(ResultsProblem.AlreadyRecorded, Assert.Throws<ResultsException>(() => _store.CreateRun(_run)).Problem);

    [Fact]
    public void An_unknown_run_is_answered_with_the_known_ones()
    {
        var error = Assert.Throws<ResultsException>(() => _store.WriteCell(Examples.ScoreCell("nowhere", "c1")));

        Assert.Equal(ResultsProblem.NotFound, error.Problem);
        Assert.Contains(_run.RunId, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void The_newest_unfinished_run_of_the_same_plan_and_build_is_found()
    {
        _store.CreateRun(Examples.Run("later", night: 1));
        _store.CreateRun(Examples.Run("completed", night: 2));
        _store.CreateRun(Examples.Run("other build", build: "build-2", night: 3));
        _store.CreateRun(Examples.Run("other plan", planHash: "other", night: 4));
        _store.UpdateRunStatus("completed", RunStatus.Completed, Examples.Start.AddDays(3));
        _store.UpdateRunStatus("later", RunStatus.Interrupted, null);

        Assert.Equal("later", _store.FindUnfinishedRun("plan-hash", "build-1")?.RunId);
        Assert.Null(_store.FindUnfinishedRun("plan-hash", "build-3"));
        Assert.Equal(Examples.Start.AddDays(3), _store.Run("completed").FinishedUtc);
    }

    [Fact]
    public void Changing_a_runs_status_keeps_its_cells()
    {
        _store.WriteCell(Examples.ScoreCell(_run.RunId, "c1"));

        _store.UpdateRunStatus(_run.RunId, RunStatus.Completed, Examples.Start.AddHours(1));

        Assert.Single(_store.Cells(_run.RunId));
    }

    [Fact]
    public void A_finished_train_cell_is_found_across_runs_and_the_original_before_a_reuse()
    {
        _store.WriteCell(Examples.TrainCell(_run.RunId, "train"));
        _store.CreateRun(Examples.Run("night-2", night: 1));
        var again = Examples.TrainCell("night-2", "train");
        _store.WriteCell(again with { Cell = again.Cell with { ReusedFromRunId = _run.RunId, StartedUtc = Examples.Start.AddDays(1) } });

        Assert.Equal(_run.RunId, _store.FindFinishedTrainCell("train")?.RunId);
        Assert.Null(_store.FindFinishedTrainCell("score"));
    }

    [Fact]
    public void A_series_is_its_history_across_runs_in_order_of_time()
    {
        _store.CreateRun(Examples.Run("earlier", night: -1));
        _store.WriteCell(Examples.ScoreCell(_run.RunId, "c1"));
        _store.WriteCell(Examples.ScoreCell("earlier", "c1"));

        var points = _store.Series(Examples.Key());

        Assert.Equal(["earlier", _run.RunId], points.Select(point => point.Run.RunId));
        Assert.All(points, point => Assert.Equal(Examples.Key(), point.Metric.Key));
        Assert.Equal(2, _store.SeriesKeys().Count);
    }

    [Fact]
    public void Metrics_and_samples_are_filtered()
    {
        GoldenStore.Fill(_store, _run);

        Assert.Equal("latency", Assert.Single(_store.Metrics(new MetricFilter(Phase: "prefill"))).Key.Metric);
        Assert.Equal(3, _store.Metrics(new MetricFilter(VariantId: "lt2-gdn@tiny")).Count);
        Assert.Empty(_store.Metrics(new MetricFilter(SuiteId: "parity")));
        Assert.Single(_store.Samples(_run.RunId, "score", "perplexity"));
        Assert.Equal(4, _store.Samples(_run.RunId, "score", testedLoopCount: 2).Count);
    }

    [Fact]
    public void A_changed_fact_of_the_environment_replaces_the_former_and_leaves_an_event()
    {
        _store.WriteEnvironment(_run.RunId, [new("gpu.driver", "550.1")]);

        _store.WriteEnvironment(_run.RunId, [new("gpu.driver", "560.2")]);

        Assert.Equal("560.2", Assert.Single(_store.Environment(_run.RunId)).Value);
        Assert.Contains("550.1", Assert.Single(_store.Events(_run.RunId)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void What_the_parts_of_a_run_may_differ_in_is_kept_together_and_is_no_event()
    {
        _store.WriteEnvironment(_run.RunId, [new("settings.workers", "14")]);
        _store.WriteEnvironment(_run.RunId, [new("settings.workers", "1")]);
        _store.WriteEnvironment(_run.RunId, [new("settings.workers", "14")]);

        Assert.Equal(new("settings.workers", "14; 1"), Assert.Single(_store.Environment(_run.RunId)));
        Assert.Empty(_store.Events(_run.RunId));
    }

    [Fact]
    public void A_hundred_thousand_samples_of_a_second_night_cost_few_bytes_each()
    {
        const int Count = 100_000;
        _store.WriteCell(Examples.ScoreCell(_run.RunId, "first", Count));
        _store.CreateRun(Examples.Run("night-2", night: 1));
        var before = TotalBytes();

        _store.WriteCell(Examples.ScoreCell("night-2", "second", Count));

        Assert.True((TotalBytes() - before) / Count <= 40, $"{(TotalBytes() - before) / (double)Count} bytes a sample");
        Assert.Equal(Count + 1, _store.Samples("night-2", "second").Count);
    }

    [Fact]
    public void Any_sample_reads_back_as_it_was_written()
    {
        var cells = 0;
        Gen.Select(Gen.String, Gen.Double, Gen.Double, Gen.String.Null()).Array[1, 5].Sample(
            values =>
            {
                // A lone surrogate is no text in any encoding of files.
                var samples = values.DistinctBy(value => value.Item1).Where(value => IsText(value.Item1) && IsText(value.Item4))
                    .Select(value => new SampleRecord("c", "m", 1, value.Item1, null, null, value.Item2, value.Item3, value.Item4)).ToList();
                var id = $"cell-{cells++}";
                _store.WriteCell(new(Examples.Cell(_run.RunId, id), [], [.. samples.Select(sample => sample with { CellId = id })], [], [], []));
                return _store.Samples(_run.RunId, id).Select(sample => sample with { CellId = "c" }).SequenceEqual(samples);
            },
            iter: 100, threads: 1);
    }

    private static bool IsText(string? text) =>
        text is null || System.Text.Encoding.UTF8.GetString(System.Text.Encoding.UTF8.GetBytes(text)) == text;

    private long TotalBytes()
    {
        Sql.Execute(_store.Connection, "PRAGMA wal_checkpoint(TRUNCATE)");
        return new FileInfo(_path).Length;
    }

    public void Dispose()
    {
        _store.Dispose();
        _folder.Dispose();
    }
}
