using LT2.Eval.Harness.Plans;
using LT2.Eval.Results.Records;
using LT2.Eval.Results.Store;
using MathNet.Numerics.Statistics;

namespace LT2.Eval.Harness.Cluster.Estimates;

/// <summary>
/// Estimates cells' wall times: the median of earlier runs of the same cell; else earlier cells of the same kind (of the same variant where there are any) scaled by
/// operations; else an assumed rate. One host class only: seconds on a CPU say nothing about a GPU.
/// </summary>
public sealed class CellTimes
{
    /// <summary>Operations a second of a small model where nothing was measured: enough to put long cells first, not to be believed.</summary>
    private const double AssumedRate = 2e9;

    /// <summary>No cell is estimated shorter: processes, data and records take their time.</summary>
    private const double LeastSeconds = 0.5;

    private readonly Dictionary<string, double> measured = new(StringComparer.Ordinal);
    private readonly HashSet<string> learned = new(StringComparer.Ordinal);
    private readonly Dictionary<CellKind, List<(string Variant, double SecondsAnOperation)>> rates = [];

    private CellTimes(string? hostClass) => HostClass = hostClass;

    /// <summary>The hosts that were measured; null when nothing was.</summary>
    public string? HostClass { get; private init; }

    /// <summary>Cells that were measured.</summary>
    public int MeasuredCount => measured.Count;

    /// <summary>No measurement at all.</summary>
    public static CellTimes None { get; } = new(null);

    /// <summary>What a store knows, on the host class of its newest run that finished a cell.</summary>
    public static CellTimes Of(ResultStore store)
    {
        const int newestRuns = 30;
        var runs = store.Runs().Reverse().Take(newestRuns)
            .Select(run => (Run: run, run.HostClass, Cells: store.Cells(run.RunId).Where(cell => cell is { Outcome: CellOutcome.Finished, ReusedFromRunId: null }).ToList()))
            .Where(run => run.Cells.Count > 0)
            .ToList();
        if (runs.Count == 0)
        {
            return None;
        }

        var times = new CellTimes(runs[0].HostClass);
        foreach (var group in runs.Where(run => run.HostClass == times.HostClass).SelectMany(run => run.Cells).GroupBy(cell => cell.CellId, StringComparer.Ordinal))
        {
            times.measured[group.Key] = group.Select(cell => cell.DurationSeconds).Median();
        }

        foreach (var run in runs.Where(run => run.HostClass == times.HostClass).Select(run => run.Run).DistinctBy(run => run.PlanHash))
        {
            times.Learn(PlannedCells(run));
        }

        return times;
    }

    /// <summary>Learns rates from those of a plan's cells that were measured, so that others can be scaled.</summary>
    public void Learn(IEnumerable<CellDefinition> cells)
    {
        foreach (var cell in cells.Where(cell => measured.ContainsKey(cell.Id) && CellWork.Operations(cell) > 0 && learned.Add(cell.Id)))
        {
            if (!rates.TryGetValue(cell.Kind, out var known))
            {
                rates[cell.Kind] = known = [];
            }

            known.Add((cell.VariantId, measured[cell.Id] / CellWork.Operations(cell)));
        }
    }

    /// <summary>The cells of an earlier run's plan, from its stored text; none where this build reads it no longer.</summary>
    private static IReadOnlyList<CellDefinition> PlannedCells(RunRecord run)
    {
        try
        {
            return PlanSession.OfRun(run, null, Tasks.Plugins.PluginSet.BuiltIn).Cells();
        }
        catch (PlanException)
        {
            return [];
        }
    }

    /// <summary>The estimate of a cell.</summary>
    public CellTime Estimate(CellDefinition cell)
    {
        if (measured.TryGetValue(cell.Id, out var seconds))
        {
            return new CellTime(seconds, EstimateSource.Measured);
        }

        if (CellWork.Seconds(cell) is { } planned)
        {
            return new CellTime(planned, EstimateSource.Planned);
        }

        var operations = CellWork.Operations(cell);
        if (rates.TryGetValue(cell.Kind, out var known))
        {
            var own = known.Where(rate => rate.Variant == cell.VariantId).ToList();
            var rate = (own.Count > 0 ? own : known).Select(item => item.SecondsAnOperation).Median();
            return new CellTime(Math.Max(LeastSeconds, operations * rate), EstimateSource.Scaled);
        }

        return new CellTime(Math.Max(LeastSeconds, operations / AssumedRate), EstimateSource.Assumed);
    }
}
