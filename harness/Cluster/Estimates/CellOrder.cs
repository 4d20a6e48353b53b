using LT2.Eval.Harness.Plans;

namespace LT2.Eval.Harness.Cluster.Estimates;

/// <summary>The order in which cells should begin when several run side by side.</summary>
public static class CellOrder
{
    /// <summary>Longest first, counting what waits for a cell with it (Graham's list scheduling by critical path), so that no long cell begins last. Equal ones keep the plan's order.</summary>
    public static IReadOnlyList<CellDefinition> LongestFirst(IReadOnlyList<CellDefinition> cells, CellTimes times)
    {
        times.Learn(cells);
        var remaining = Remaining(cells, times);

        // Time cells keep their order: canaries stand first, in the middle and last among them.
        return [.. cells.Where(cell => cell.Kind != Results.Records.CellKind.Time).OrderByDescending(cell => remaining[cell.Id]),
            .. cells.Where(cell => cell.Kind == Results.Records.CellKind.Time)];
    }

    /// <summary>Seconds from the begin of a cell to the end of the longest chain that hangs on it, by cell id.</summary>
    internal static Dictionary<string, double> Remaining(IReadOnlyList<CellDefinition> cells, CellTimes times)
    {
        var after = new Dictionary<string, double>(StringComparer.Ordinal);
        var remaining = new Dictionary<string, double>(StringComparer.Ordinal);
        foreach (var cell in cells.Reverse()) // children stand behind their parents
        {
            var whole = times.Estimate(cell).Seconds + after.GetValueOrDefault(cell.Id);
            remaining[cell.Id] = whole;
            foreach (var parent in cell.Parents)
            {
                after[parent.Id] = Math.Max(after.GetValueOrDefault(parent.Id), whole);
            }
        }

        return remaining;
    }
}
