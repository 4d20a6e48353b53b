using LT2.Eval.Harness.Execution;

namespace LT2.Eval.Harness.Commands;

/// <summary>The last lines of a run for a person.</summary>
internal static class RunSummaryText
{
    public static void Write(RunSummary summary, TextWriter writer)
    {
        var outcomes = string.Join(", ", summary.Outcomes.OrderBy(pair => pair.Key).Select(pair => $"{pair.Value} {pair.Key.ToString().ToLowerInvariant()}"));
        writer.WriteLine($"Run {summary.RunId}: {summary.CellCount} cells ({outcomes}); {summary.CarriedOut} carried out now, {summary.Reused} reused.");
        if (summary.LeftForLater > 0)
        {
            writer.WriteLine($"{summary.LeftForLater} cells of other parts are left; the same command without --only goes on with them.");
        }

        if (summary.HasFailures)
        {
            writer.WriteLine($"Some cells failed: lt2 results cells {summary.RunId} shows why.");
        }
    }
}
