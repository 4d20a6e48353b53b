using System.Globalization;
using LT2.Eval.Harness.Execution;
using LT2.Eval.Harness.Plans;
using LT2.Eval.Results.Records;

namespace LT2.Eval.Harness.Commands;

/// <summary>Off a terminal: one line every 30 s at most, with every cell under way, and one for each cell that did not finish.</summary>
internal sealed class LineProgress(TextWriter writer, TimeProvider clock) : IRunProgress
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(30);
    private readonly Lock gate = new();
    private readonly SortedDictionary<string, string> underWay = new(StringComparer.Ordinal);
    private long lastLine = clock.GetTimestamp();
    private int count;
    private int done;

    public void Message(string text)
    {
        lock (gate)
        {
            writer.WriteLine(text);
        }
    }

    public void Begin(int cellCount, int finishedCount) => (count, done) = (cellCount, finishedCount);

    public void CellStarted(CellDefinition cell)
    {
    }

    public void CellProgress(CellDefinition cell, double fraction, string detail)
    {
        lock (gate)
        {
            underWay[cell.Id] = string.Create(CultureInfo.InvariantCulture, $"{cell.Title}: {fraction:0%}, {detail}");
            if (clock.GetElapsedTime(lastLine) < Interval)
            {
                return;
            }

            lastLine = clock.GetTimestamp();
            writer.WriteLine($"{done}/{count} cells; {string.Join(" | ", underWay.Values)}");
        }
    }

    public void CellGivenBack(CellDefinition cell, string reason)
    {
        lock (gate)
        {
            underWay.Remove(cell.Id);
            writer.WriteLine($"{cell.Title}: given back: {reason.Split('\n')[0]}");
        }
    }

    public void CellEnded(CellDefinition cell, CellOutcome outcome, string? reason)
    {
        lock (gate)
        {
            underWay.Remove(cell.Id);
            done++;
            if (outcome != CellOutcome.Finished)
            {
                writer.WriteLine($"{cell.Title}: {outcome}: {reason?.Split('\n')[0]}");
            }
        }
    }
}
