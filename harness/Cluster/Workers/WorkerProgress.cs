using LT2.Eval.Harness.Execution;
using LT2.Eval.Harness.Plans;
using LT2.Eval.Results.Records;

namespace LT2.Eval.Harness.Cluster.Workers;

/// <summary>Sends a worker's progress to the program that started it, at most twice a second.</summary>
/// <param name="output">The worker's output.</param>
/// <param name="clock">Source of time.</param>
internal sealed class WorkerProgress(TextWriter output, TimeProvider clock) : IRunProgress
{
    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(500);
    private readonly Lock gate = new();
    private long last;

    public void Send(WorkerMessage message)
    {
        lock (gate)
        {
            output.WriteLine(message.ToLine());
            output.Flush();
        }
    }

    public void CellProgress(CellDefinition cell, double fraction, string detail)
    {
        lock (gate)
        {
            if (last != 0 && clock.GetElapsedTime(last) < Interval)
            {
                return;
            }

            last = clock.GetTimestamp();
        }

        Send(new WorkerMessage(WorkerMessage.Progress, cell.Id, fraction, detail));
    }

    // Beginning and end of cells are the starting program's to show.
    public void Message(string text)
    {
    }

    public void Begin(int cellCount, int finishedCount)
    {
    }

    public void CellStarted(CellDefinition cell)
    {
    }

    public void CellEnded(CellDefinition cell, CellOutcome outcome, string? reason)
    {
    }

    public void CellGivenBack(CellDefinition cell, string reason)
    {
    }
}
