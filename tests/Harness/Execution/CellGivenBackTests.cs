using LT2.Eval.Harness.Execution;
using LT2.Eval.Harness.Plans;
using LT2.Eval.Results.Records;

namespace LT2.Eval.Harness.Tests.Execution;

/// <summary>A cell given back that is taken again before the one who gave it back has said so.</summary>
public sealed class CellGivenBackTests : IDisposable
{
    private readonly OpenedPlan plan = new(OpenedPlan.Recall(seeds: "[1, 2, 3]"));

    [Fact]
    public void One_that_needs_the_device_for_itself_does_not_begin_beside_it()
    {
        CellDefinition[] cells = [.. plan.Session.Cells().Where(cell => cell.Kind == CellKind.Train)];
        using var meeting = new Meeting(cells);
        var context = plan.Context(progress: meeting);
        using var scheduler = new CellScheduler(context, []);
        ICellExecutor Executor() => new Worker(meeting, context);
        scheduler.Run(cells, [Executor, Executor], Executor, TestContext.Current.CancellationToken);

        Assert.False(meeting.BigBeganBesideLost, "The cell that ran out of memory began beside the one that was given back.");
        Assert.All(plan.Store.Cells("run"), cell => Assert.Equal(CellOutcome.Finished, cell.Outcome));
        Assert.Equal(3, plan.Store.Cells("run").Count);
    }

    public void Dispose() => plan.Dispose();

    /// <summary>
    /// The first cell loses its worker and is given back; the second, which runs beside it, has no room and waits to be alone; the third keeps the second worker busy until
    /// the first cell is back in line. Whoever gave the first cell back is held until the other worker has it again.
    /// </summary>
    private sealed class Meeting(CellDefinition[] cells) : IRunProgress, IDisposable
    {
        private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

        private readonly CellDefinition lost = cells[0], big = cells[1], between = cells[2];
        private readonly Barrier beginning = new(2);
        private readonly ManualResetEventSlim bigIsBack = new(), lostIsBack = new(), lostIsTaken = new(), bigBegins = new();
        private int attemptsOfLost, attemptsOfBig;

        public bool BigBeganBesideLost { get; private set; }

        public CellOutcome Carry(CellDefinition cell)
        {
            if (cell == lost && Interlocked.Increment(ref attemptsOfLost) == 1)
            {
                Await(beginning.SignalAndWait(Patience));
                Await(bigIsBack.Wait(Patience));
                throw new WorkerLostException("gone");
            }

            if (cell == lost)
            {
                lostIsTaken.Set();
                BigBeganBesideLost = bigBegins.Wait(TimeSpan.FromSeconds(1));
            }
            else if (cell == big && Interlocked.Increment(ref attemptsOfBig) == 1)
            {
                Await(beginning.SignalAndWait(Patience));
                return CellOutcome.OutOfMemory;
            }
            else if (cell == big)
            {
                bigBegins.Set();
            }
            else if (cell == between)
            {
                Await(lostIsBack.Wait(Patience));
            }

            return CellOutcome.Finished;
        }

        public void CellGivenBack(CellDefinition cell, string reason)
        {
            if (cell == big)
            {
                bigIsBack.Set();
            }
            else
            {
                lostIsBack.Set();
                Await(lostIsTaken.Wait(Patience));
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

        public void CellProgress(CellDefinition cell, double fraction, string detail)
        {
        }

        public void CellEnded(CellDefinition cell, CellOutcome outcome, string? reason)
        {
        }

        public void Dispose()
        {
            beginning.Dispose();
            bigIsBack.Dispose();
            lostIsBack.Dispose();
            lostIsTaken.Dispose();
            bigBegins.Dispose();
        }

        private static void Await(bool met) => Assert.True(met, "The cells do not run side by side.");
    }

    private sealed class Worker(Meeting meeting, CellContext context) : ICellExecutor
    {
        public string Device => "made-up";

        public CellResult Attempt(CellDefinition cell, CancellationToken cancellation)
        {
            var outcome = meeting.Carry(cell);
            return new(CellResults.Record(cell, context, outcome, outcome == CellOutcome.Finished ? null : "no room", context.Clock.GetUtcNow()), [], [], [], [], []);
        }

        public void Settled(CellDefinition cell)
        {
        }

        public void Dispose()
        {
        }
    }
}
