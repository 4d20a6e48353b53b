using LT2.Eval.Harness.Cluster.Attempts;
using LT2.Eval.Harness.Execution;
using LT2.Eval.Harness.Plans;
using LT2.Eval.Harness.Tests.Execution;
using LT2.Eval.Results.Records;
using LT2.Eval.Results.Store;

namespace LT2.Eval.Harness.Tests.Cluster;

/// <summary>Cells whose attempts leave their results as files, as those of worker processes do; what the cells do is made up.</summary>
public sealed class RepeatedAttemptTests : IDisposable
{
    private readonly OpenedPlan plan = new(OpenedPlan.Recall(seeds: "[1, 2]"));

    [Fact]
    public void A_cell_that_ran_out_of_memory_beside_others_is_carried_out_anew()
    {
        var context = plan.Context();
        CellDefinition[] cells = [.. plan.Session.Cells().Where(cell => cell.Kind == CellKind.Train)];
        var runner = new FullDevice(cells[0]);
        var folder = new AttemptFolder(plan.Folder, "run");
        using var scheduler = new CellScheduler(context, []);
        ICellExecutor Executor() => new Worker(context, runner, folder);
        scheduler.Run(cells, [Executor, Executor], Executor, TestContext.Current.CancellationToken);

        Assert.Equal(2, runner.RunsOfBig);
        Assert.All(plan.Store.Cells("run"), cell => Assert.Equal(CellOutcome.Finished, cell.Outcome));
        Assert.Empty(folder.Results());
    }

    public void Dispose() => plan.Dispose();

    /// <summary>The big cell has no room beside the other one, with which it begins.</summary>
    private sealed class FullDevice(CellDefinition big) : ICellRunner
    {
        private readonly Barrier first = new(2);
        private int runs;
        private int runsOfBig;

        public int RunsOfBig => runsOfBig;

        public CellResult Run(CellDefinition cell, CellContext context, CancellationToken cancellation)
        {
            Assert.True(Interlocked.Increment(ref runs) > 2 || first.SignalAndWait(TimeSpan.FromSeconds(30), cancellation), "The cells do not run side by side.");
            return cell == big && Interlocked.Increment(ref runsOfBig) == 1
                ? CellResults.WithoutRecords(cell, context, CellOutcome.OutOfMemory, "no room", context.Clock.GetUtcNow())
                : new(CellResults.Record(cell, context, CellOutcome.Finished, null, context.Clock.GetUtcNow()), [], [], [], [], []);
        }
    }

    /// <summary>What a worker process does with a cell, in this one.</summary>
    private sealed class Worker(CellContext context, ICellRunner runner, AttemptFolder folder) : ICellExecutor
    {
        private readonly Dictionary<string, string> files = [];

        public string Device => "made-up";

        public CellResult Attempt(CellDefinition cell, CancellationToken cancellation)
        {
            var runners = new Dictionary<Type, ICellRunner> { [cell.GetType()] = runner };
            var attempt = new CellAttempt(context.Store.Run("run"), [], context, runners, folder, $"{Guid.NewGuid():N}", CellLease.DefaultPatience);
            files[cell.Id] = attempt.CarryOut(cell, () => null, cancellation);
            return CellFile.Read(files[cell.Id]).Result;
        }

        public void Settled(CellDefinition cell) => File.Delete(files[cell.Id]);

        public void Dispose()
        {
        }
    }
}
