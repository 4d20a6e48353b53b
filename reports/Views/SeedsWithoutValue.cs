using LT2.Eval.Results.Records;

namespace LT2.Eval.Reports.Views;

/// <summary>Training seeds that a mean is not of: their value was measured and failed, or their curriculum did not get so far.</summary>
internal sealed class SeedsWithoutValue
{
    private sealed record Arm(string SuiteId, string TaskId, string VariantId, string? RecipeHash, int? TrainedLoopCount, int? TestedLoopCount);

    private readonly Dictionary<SeriesKey, int> failed;
    private readonly ILookup<Arm, HashSet<string>> stagedCells;

    /// <summary>Counts them.</summary>
    /// <param name="metrics">Quality metrics of a run, with those that have no value.</param>
    public SeedsWithoutValue(IReadOnlyCollection<MetricRecord> metrics)
    {
        failed = metrics.Where(metric => metric.Value is null).CountBy(metric => metric.Key).ToDictionary();
        // A cell that measures several cases of a task goes from one to the next; a score cell measures one.
        stagedCells = metrics.GroupBy(metric => (metric.CellId, Arm: ArmOf(metric.Key)))
            .Select(cell => (cell.Key.Arm, Cases: cell.Select(metric => metric.Key.CaseParameters).ToHashSet(StringComparer.Ordinal)))
            .Where(cell => cell.Cases.Count > 1).ToLookup(cell => cell.Arm, cell => cell.Cases);
    }

    /// <summary>How many of a series.</summary>
    /// <param name="key">The series.</param>
    public int Of(SeriesKey key) => failed.GetValueOrDefault(key) + stagedCells[ArmOf(key)].Count(cases => !cases.Contains(key.CaseParameters));

    private static Arm ArmOf(SeriesKey key) => new(key.SuiteId, key.TaskId, key.VariantId, key.RecipeHash, key.TrainedLoopCount, key.TestedLoopCount);
}
