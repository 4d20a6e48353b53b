using LT2.Eval.Results.Records;
using LT2.Eval.Results.Statistics;

namespace LT2.Eval.Results.Claims;

/// <summary>Finds the values that a claim's term names.</summary>
/// <param name="metrics">Metrics of the run.</param>
/// <param name="cells">Its cells.</param>
/// <param name="blocks">Its timed blocks.</param>
internal sealed class ClaimValues(IReadOnlyList<MetricRecord> metrics, IReadOnlyList<CellRecord> cells, IReadOnlyList<TimingBlockRecord> blocks)
{
    private readonly Dictionary<string, CellRecord> cellById = cells.ToDictionary(cell => cell.CellId, StringComparer.Ordinal);

    /// <summary>Value of the term by repeat, and the cells that gave it.</summary>
    public (SortedDictionary<long, double> ByRepeat, IReadOnlySet<string> CellIds) Of(ClaimTerm term) => term.Phase is null ? Quality(term) : Times(term);

    /// <summary>Whether the times that a term names are of several loop counts or batch sizes, which have no common median.</summary>
    public bool IsAmbiguous(ClaimTerm term) => term.Phase is not null && Blocks(term).Select(block => (block.LoopCount, block.BatchSize)).Distinct().Count() > 1;

    /// <summary>How cells of the term's variant ended that did not finish; empty when all did.</summary>
    public IEnumerable<string> Failures(ClaimTerm term) => cells
        .Where(cell => cell.VariantId == term.VariantId && cell.Outcome != CellOutcome.Finished && (term.TrainedLoopCount is null || cell.TrainedLoopCount is null || cell.TrainedLoopCount == term.TrainedLoopCount))
        .Select(cell => $"{cell.Title}: {cell.Outcome.ToString().ToLowerInvariant()}{(cell.Reason is { } reason ? $" ({reason})" : "")}");

    private (SortedDictionary<long, double>, IReadOnlySet<string>) Quality(ClaimTerm term)
    {
        MetricRecord[] found = [.. metrics.Where(metric => metric.Value is not null && Matches(term, metric))];
        var values = new SortedDictionary<long, double>();
        foreach (var seed in found.GroupBy(metric => metric.Seed ?? 0))
        {
            values[seed.Key] = Picked(term.Pick, [.. seed.Select(metric => metric.Value!.Value)]);
        }

        return (values, found.Select(metric => metric.CellId).ToHashSet(StringComparer.Ordinal));
    }

    // Each fresh process is a repeat: its value is the median of its blocks.
    private (SortedDictionary<long, double>, IReadOnlySet<string>) Times(ClaimTerm term)
    {
        var found = Blocks(term);
        var values = new SortedDictionary<long, double>();
        if (IsAmbiguous(term))
        {
            return (values, new HashSet<string>());
        }

        foreach (var process in found.GroupBy(block => block.ProcessIndex))
        {
            values[process.Key] = Quantile.Median([.. process.Select(block => block.MillisecondsPerIteration)]);
        }

        return (values, found.Select(block => block.CellId).ToHashSet(StringComparer.Ordinal));
    }

    private TimingBlockRecord[] Blocks(ClaimTerm term) =>
    [
        .. UsableBlocks.Of(blocks).Where(block => block.Phase == term.Phase && block.SequenceLength == term.SequenceLength
            && cellById.TryGetValue(block.CellId, out var cell) && cell.VariantId == term.VariantId
            && (term.TestedLoopCounts.Count == 0 || term.TestedLoopCounts.Contains(block.LoopCount))),
    ];

    private static bool Matches(ClaimTerm term, MetricRecord metric)
    {
        var key = metric.Key;
        return key.VariantId == term.VariantId && key.SuiteId == term.SuiteId && key.Metric == term.Metric && key.Slice is null
            && (term.TaskId is null || key.TaskId == term.TaskId)
            && (term.TrainedLoopCount is null || key.TrainedLoopCount == term.TrainedLoopCount)
            && (term.TestedLoopCounts.Count == 0 ? key.TestedLoopCount is null || key.TestedLoopCount == key.TrainedLoopCount : key.TestedLoopCount is { } tested && term.TestedLoopCounts.Contains(tested))
            && HasParameters(term, key.CaseParameters);
    }

    private static bool HasParameters(ClaimTerm term, string parameters)
    {
        var given = parameters.Split(';', StringSplitOptions.RemoveEmptyEntries).ToHashSet(StringComparer.Ordinal);
        return term.Parameters.All(parameter => given.Contains($"{parameter.Key}={parameter.Value}"));
    }

    private static double Picked(ClaimPick pick, double[] values) => pick switch
    {
        ClaimPick.Largest => values.Max(),
        ClaimPick.Smallest => values.Min(),
        _ => values.Average(),
    };
}
