using LT2.Eval.Results.Records;
using LT2.Eval.Results.Store;

namespace LT2.Eval.Results.Tests.Store;

public sealed class MergeAndPruneTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly ResultStore _target;
    private readonly ResultStore _source;

    public MergeAndPruneTests()
    {
        _target = ResultStore.Open(_folder.File("target.sqlite"), StoreAccess.ReadWrite);
        _source = ResultStore.Open(_folder.File("source.sqlite"), StoreAccess.ReadWrite);
    }

    [Fact]
    public void A_merged_store_holds_every_record_once_however_often_it_is_merged()
    {
        _source.CreateRun(Examples.Run());
        GoldenStore.Fill(_source, Examples.Run());

        var first = StoreMerge.Merge(_target, _source);
        var second = StoreMerge.Merge(_target, _source);

        Assert.Equal((1, 4, 0), (first.RunsAdded, first.CellsAdded, first.CellsKept));
        Assert.Equal((0, 0, 4), (second.RunsAdded, second.CellsAdded, second.CellsKept));
        Assert.Empty(second.Conflicts);
        GoldenStore.AssertHolds(_target, Examples.Run());
    }

    [Fact]
    public void Parts_of_one_run_from_two_machines_become_one_run()
    {
        var run = Examples.Run();
        _target.CreateRun(run);
        _source.CreateRun(run);
        _target.WriteCell(Examples.ScoreCell(run.RunId, "c1"));
        _source.WriteCell(Examples.ScoreCell(run.RunId, "c2"));
        _source.UpdateRunStatus(run.RunId, RunStatus.Completed, Examples.Start.AddHours(1));

        StoreMerge.Merge(_target, _source);

        Assert.Equal(["c1", "c2"], _target.Cells(run.RunId).Select(cell => cell.CellId));
        Assert.Equal(RunStatus.Completed, _target.Run(run.RunId).Status);
    }

    [Fact]
    public void Machines_of_one_run_may_differ_in_workers_and_the_first_one_s_other_facts_stay()
    {
        var run = Examples.Run();
        _target.CreateRun(run);
        _source.CreateRun(run);
        _target.WriteEnvironment(run.RunId, [new("host.cpu", "first"), new("settings.workers", "14")]);
        _source.WriteEnvironment(run.RunId, [new("host.cpu", "second"), new("settings.workers", "2; 14")]);

        StoreMerge.Merge(_target, _source);
        StoreMerge.Merge(_target, _source);

        Assert.Equal([new("host.cpu", "first"), new("settings.workers", "14; 2")], _target.Environment(run.RunId).OrderBy(entry => entry.Name));
        Assert.Empty(_target.Events(run.RunId));
    }

    [Fact]
    public void A_cell_that_two_machines_measured_differently_is_kept_once_and_named()
    {
        var run = Examples.Run();
        _target.CreateRun(run);
        _source.CreateRun(run);
        var cell = Examples.ScoreCell(run.RunId, "c1");
        _target.WriteCell(cell);
        _source.WriteCell(cell with { Metrics = [cell.Metrics[0] with { Value = 0.75 }] });

        var report = StoreMerge.Merge(_target, _source);

        Assert.Contains("c1", Assert.Single(report.Conflicts), StringComparison.Ordinal);
        Assert.Equal(0.5, _target.Metrics(run.RunId)[0].Value);
    }

    [Fact]
    public void Samples_that_an_archive_left_out_come_with_the_runs_own_store()
    {
        var run = Examples.Run();
        _target.CreateRun(run);
        _source.CreateRun(run);
        var whole = Examples.ScoreCell(run.RunId, "c1");
        _target.WriteCell(whole with { Samples = [.. whole.Samples.Take(2)], Responses = [], Events = [] });
        _source.WriteCell(whole);

        Assert.Equal((1, 1), (StoreMerge.Merge(_target, _source) is { CellsKept: var kept, CellsCompleted: var completed } ? (kept, completed) : default));
        Assert.Equal(whole.Samples, _target.Samples(run.RunId, "c1"));
        Assert.Equal(whole.Responses, _target.Responses(run.RunId, "c1"));
        Assert.Equal(0, StoreMerge.Merge(_target, _source).CellsCompleted);
        Assert.Equal(0, StoreMerge.Merge(_source, _target).CellsCompleted);
    }

    [Fact]
    public void Two_runs_of_one_id_are_not_merged()
    {
        _target.CreateRun(Examples.Run(build: "build-1"));
        _source.CreateRun(Examples.Run(build: "build-2"));

        var error = Assert.Throws<ResultsException>(() => StoreMerge.Merge(_target, _source));

        Assert.Equal(ResultsProblem.RecordsInconsistent, error.Problem);
    }

    [Fact]
    public void Pruning_keeps_the_newest_the_pinned_and_the_running_runs()
    {
        for (var night = 0; night < 6; night++)
        {
            _target.CreateRun(Examples.Run($"night-{night}", night: night));
            _target.WriteCell(Examples.ScoreCell($"night-{night}", "c1"));
            if (night != 2)
                _target.UpdateRunStatus($"night-{night}", RunStatus.Completed, Examples.Start.AddDays(night + 1));
        }

        var removed = StorePruning.Prune(_target, keep: 2, new HashSet<string> { "night-1" });

        Assert.Equal(["night-3", "night-0"], removed);
        Assert.Equal(["night-1", "night-2", "night-4", "night-5"], _target.Runs().Select(run => run.RunId));
        Assert.Equal(5, _target.Samples("night-1", "c1").Count);
    }

    [Fact]
    public void Pruning_gives_space_back()
    {
        foreach (var night in new[] { 0, 1 })
        {
            _target.CreateRun(Examples.Run($"night-{night}", night: night));
            _target.WriteCell(Examples.ScoreCell($"night-{night}", "c1", samples: night == 0 ? 5000 : 5));
            _target.UpdateRunStatus($"night-{night}", RunStatus.Completed, Examples.Start.AddDays(2));
        }
        Sql.Execute(_target.Connection, "PRAGMA wal_checkpoint(TRUNCATE)");
        var before = new FileInfo(_target.Path).Length;

        StorePruning.Prune(_target, keep: 1, new HashSet<string>());

        Sql.Execute(_target.Connection, "PRAGMA wal_checkpoint(TRUNCATE)");
        Assert.True(new FileInfo(_target.Path).Length < before / 2);
    }

    public void Dispose()
    {
        _target.Dispose();
        _source.Dispose();
        _folder.Dispose();
    }
}
