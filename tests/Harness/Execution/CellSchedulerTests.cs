using LT2.Eval.Harness.Execution;
using LT2.Eval.Harness.Plans;
using LT2.Eval.Results.Records;

namespace LT2.Eval.Harness.Tests.Execution;

/// <summary>Which cells run beside each other; what they do is made up.</summary>
public sealed class CellSchedulerTests : IDisposable
{
    private readonly OpenedPlan plan = new(OpenedPlan.Recall(seeds: "[1, 2, 3]"));
    private readonly IReadOnlyList<CellDefinition> cells;
    private readonly CellContext context;

    public CellSchedulerTests() => (cells, context) = (plan.Session.Cells(), plan.Context());

    [Fact]
    public void A_cell_that_ran_out_of_memory_beside_others_is_tried_again_alone()
    {
        var big = cells.First(cell => cell.Kind == CellKind.Train);
        var device = new Device(2, beside => beside == 0);
        var cellsOfBig = Run(device, big, 2);

        Assert.Equal(CellOutcome.Finished, cellsOfBig[big.Id].Outcome);
        Assert.Equal([false, true], device.WasAlone(big));
        Assert.All(cells, cell => Assert.Equal(CellOutcome.Finished, cellsOfBig[cell.Id].Outcome));
        Assert.Contains(plan.Store.Events("run"), record => record.CellId == big.Id && record.Message.Contains("tried again alone", StringComparison.Ordinal));
    }

    [Fact]
    public void One_that_does_not_fit_alone_either_is_recorded_so()
    {
        var big = cells.First(cell => cell.Kind == CellKind.Train);
        var device = new Device(2, _ => false);
        var ended = Run(device, big, 2);

        Assert.Equal(CellOutcome.OutOfMemory, ended[big.Id].Outcome);
        Assert.Equal(2, device.WasAlone(big).Count);
        Assert.Equal(CellOutcome.Skipped, ended[cells.First(cell => cell.Parents.Contains(big)).Id].Outcome);
    }

    [Fact]
    public void Where_cells_run_one_by_one_there_is_no_second_try()
    {
        var big = cells.First(cell => cell.Kind == CellKind.Train);
        var device = new Device(1, _ => false);

        Assert.Equal(CellOutcome.OutOfMemory, Run(device, big, 1)[big.Id].Outcome);
        Assert.Single(device.WasAlone(big));
    }

    [Fact]
    public void A_cell_that_had_no_other_beside_it_is_not_tried_again()
    {
        var big = cells.First(cell => cell.Kind == CellKind.Train);
        var device = new Device(1, _ => false);

        Assert.Equal(CellOutcome.OutOfMemory, Run(device, big, 2, [big])[big.Id].Outcome);
        Assert.Single(device.WasAlone(big));
    }

    [Fact]
    public void Every_cell_says_what_it_took_of_its_device()
    {
        var ended = Run(new Device(2, _ => true), cells[0], 2);

        Assert.All(ended.Values, cell => Assert.Equal("made-up", cell.DeviceUse!.Device));
        Assert.InRange(ended.Values.Sum(cell => cell.DeviceUse!.Seconds), 1e-9, 60);
    }

    public void Dispose() => plan.Dispose();

    private Dictionary<string, CellRecord> Run(Device device, CellDefinition big, int sideBySide, IReadOnlyList<CellDefinition>? only = null)
    {
        using var scheduler = new CellScheduler(context, []);
        ICellExecutor Executor() => new Executor(device, big, context);
        scheduler.Run(only ?? cells, [.. Enumerable.Repeat<Func<ICellExecutor>>(Executor, sideBySide)], Executor, CancellationToken.None);
        return plan.Store.Cells("run").ToDictionary(cell => cell.CellId);
    }

    /// <summary>A device on which the big cell fits when so many others run beside it.</summary>
    private sealed class Device(int sideBySide, Func<int, bool> fits)
    {
        private readonly Lock gate = new();
        private readonly Barrier first = new(sideBySide);
        private readonly HashSet<CellDefinition> running = [];
        private readonly List<(CellDefinition Cell, int Beside)> attempts = [];
        private int begun;

        public bool Carry(CellDefinition cell, bool isBig)
        {
            bool isFirst;
            lock (gate)
            {
                running.Add(cell);
                isFirst = begun++ < sideBySide;
            }

            Meet(isFirst); // until all of the first are there
            int beside;
            lock (gate)
            {
                beside = running.Count - 1;
                attempts.Add((cell, beside));
            }

            Meet(isFirst); // until all of them have counted
            lock (gate)
            {
                running.Remove(cell);
            }

            return !isBig || fits(beside);
        }

        public IReadOnlyList<bool> WasAlone(CellDefinition cell) => [.. attempts.Where(attempt => attempt.Cell == cell).Select(attempt => attempt.Beside == 0)];

        private void Meet(bool isFirst) => Assert.True(!isFirst || first.SignalAndWait(TimeSpan.FromSeconds(30)), "The first cells do not run side by side.");
    }

    private sealed class Executor(Device device, CellDefinition big, CellContext context) : ICellExecutor
    {
        string ICellExecutor.Device => "made-up";

        public CellResult Attempt(CellDefinition cell, CancellationToken cancellation)
        {
            var fitted = device.Carry(cell, cell == big);
            return new(CellResults.Record(cell, context, fitted ? CellOutcome.Finished : CellOutcome.OutOfMemory, fitted ? null : "no room", context.Clock.GetUtcNow()), [], [], [], [], []);
        }

        public void Settled(CellDefinition cell)
        {
        }

        public void Dispose()
        {
        }
    }
}
