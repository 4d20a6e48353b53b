using LT2.Eval.Harness.Cluster.Attempts;
using LT2.Eval.Results.Records;
using LT2.Eval.Results.Store;

namespace LT2.Eval.Harness.Tests.Cluster;

public sealed class AttemptMergeTests : IDisposable
{
    private static readonly DateTimeOffset Start = new(2026, 5, 20, 1, 0, 0, TimeSpan.Zero);
    private static readonly RunRecord Run = new("run", "plan", "hash", "name: plan", "build", null, null, Start, null, RunStatus.Running, "cpu", "lt2");
    private readonly string root = Directory.CreateTempSubdirectory("lt2-attempts-").FullName;
    private readonly ResultStore store;
    private readonly AttemptFolder folder;

    public AttemptMergeTests()
    {
        store = ResultStore.Open(Path.Combine(root, ResultStore.FileName), StoreAccess.ReadWrite);
        store.CreateRun(Run);
        folder = new AttemptFolder(root, Run.RunId);
    }

    public void Dispose()
    {
        store.Dispose();
        Directory.Delete(root, recursive: true);
    }

    [Fact]
    public void An_orphan_and_its_repeat_count_once()
    {
        Write("a", "7-0", CellOutcome.Finished, 0.25, minute: 0);
        Write("a", "7-1", CellOutcome.Finished, 0.75, minute: 5);
        Assert.Equal(1, Merge());
        Assert.Equal(0.25, Assert.Single(store.Metrics(Run.RunId)).Value);
        Assert.Contains(store.Events(Run.RunId), record => record.Message.Contains("Attempt 7-1 was not counted", StringComparison.Ordinal));
        Assert.Empty(folder.Results());
    }

    [Fact]
    public void A_finished_attempt_counts_before_a_failed_one_and_replaces_one_that_was_merged_earlier()
    {
        Write("a", "7-0", CellOutcome.Failed, null, minute: 0);
        Write("b", "8-0", CellOutcome.Failed, null, minute: 0);
        Write("b", "8-1", CellOutcome.Finished, 1, minute: 1);
        Merge();
        Assert.Equal([CellOutcome.Failed, CellOutcome.Finished], store.Cells(Run.RunId).OrderBy(cell => cell.CellId).Select(cell => cell.Outcome));
        Write("a", "9-0", CellOutcome.Finished, 1, minute: 9);
        Merge();
        Assert.All(store.Cells(Run.RunId), cell => Assert.Equal(CellOutcome.Finished, cell.Outcome));
    }

    [Fact]
    public void A_file_that_is_still_being_written_is_left_alone()
    {
        Write("a", "7-0", CellOutcome.Finished, 1, minute: 0);
        File.Move(folder.Results()[0], Path.Combine(folder.Root, ".a.7-0.sqlite.0123"));
        Assert.Equal(0, Merge());
        Assert.Single(Directory.GetFiles(folder.Root));
    }

    [Fact]
    public void A_train_cell_without_its_checkpoint_does_not_count()
    {
        Write("a", "7-0", CellOutcome.Finished, 1, minute: 0, CellKind.Train, "feed");
        Assert.Equal(0, Merge());
        Assert.Empty(store.Cells(Run.RunId));
        Assert.Contains(store.Events(Run.RunId), record => record.Message.Contains("its checkpoint is missing", StringComparison.Ordinal));
    }

    [Fact]
    public void A_result_file_reads_back_what_was_written()
    {
        var path = Write("a", "7-0", CellOutcome.Finished, 0.125, minute: 0);
        var (run, environment, result) = CellFile.Read(path);
        Assert.Equal(Run, run);
        Assert.Equal("host.name", Assert.Single(environment).Name);
        Assert.Equal(0.125, Assert.Single(result.Metrics).Value);
        Assert.Equal([path], Directory.GetFiles(folder.Root));
    }

    private int Merge() => AttemptMerge.Merge(store, Run.RunId, folder, Path.Combine(root, "checkpoints"), TimeProvider.System);

    private string Write(string cell, string attempt, CellOutcome outcome, double? value, int minute, CellKind kind = CellKind.Score, string? hash = null) => folder.Write(
        Run,
        [new EnvironmentEntry("host.name", "n1")],
        new CellResult(
            new CellRecord(Run.RunId, cell, kind, cell, "{}", outcome, outcome == CellOutcome.Finished ? null : "why", "v@s", 1, 1, Start.AddMinutes(minute), 1, null, hash),
            value is null ? [] : [new MetricRecord(
                Run.RunId, cell, new SeriesKey("s", 1, "t", "", 0, null, null, "acc", null, "v@s", null, 1, 1, "float32", 1), 1, value, null, 1, 1, null,
                MetricDirection.HigherIsBetter, "1", MetricKind.Proportion, null)],
            [], [], [], []),
        attempt);
}
