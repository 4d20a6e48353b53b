using System.Collections.Concurrent;
using LT2.Eval.Harness.Execution;
using LT2.Eval.Harness.Plans;
using LT2.Eval.Results.Records;
using Spectre.Console;

namespace LT2.Eval.Harness.Commands;

/// <summary>A bar for the run and one for each cell under way.</summary>
internal sealed class BarProgress(ProgressContext context, IAnsiConsole console) : IRunProgress
{
    private readonly ConcurrentDictionary<string, ProgressTask> bars = new(StringComparer.Ordinal);
    private ProgressTask? total;

    public void Message(string text) => console.WriteLine(text);

    public void Begin(int cellCount, int finishedCount)
    {
        total = context.AddTask("cells", maxValue: Math.Max(1, cellCount));
        total.Increment(finishedCount);
    }

    public void CellStarted(CellDefinition cell) => bars[cell.Id] = context.AddTask(Markup.Escape(cell.Title), maxValue: 1);

    public void CellProgress(CellDefinition cell, double fraction, string detail)
    {
        if (bars.TryGetValue(cell.Id, out var bar))
        {
            bar.Description = Markup.Escape($"{cell.Title}: {detail}");
            bar.Value = fraction;
        }
    }

    public void CellGivenBack(CellDefinition cell, string reason)
    {
        if (bars.TryRemove(cell.Id, out var bar))
        {
            bar.StopTask();
        }

        console.WriteLine($"{cell.Title}: given back: {reason.Split('\n')[0]}");
    }

    public void CellEnded(CellDefinition cell, CellOutcome outcome, string? reason)
    {
        if (bars.TryRemove(cell.Id, out var bar))
        {
            bar.Value = 1;
            bar.StopTask();
        }

        total?.Increment(1);
        if (outcome != CellOutcome.Finished)
        {
            console.WriteLine($"{cell.Title}: {outcome}: {reason?.Split('\n')[0]}");
        }
    }
}
