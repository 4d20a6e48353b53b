using LT2.Eval.Results.Records;
using LT2.Eval.Results.Store;

namespace LT2.Eval.Results.Gating;

/// <summary>Layer 0: is the night complete? Everything the pin has must have been measured; absence is never a pass.</summary>
internal static class GateValidity
{
    public static IEnumerable<GateFinding> Check(ResultStore store, RunRecord run, IReadOnlyList<MetricRecord> metrics, PinFile pin)
    {
        if (run.Status != RunStatus.Completed)
            yield return Whole($"Run '{run.RunId}' is {StoredName.Of(run.Status)}: continue it, then judge it.");
        if (pin.PlanName != run.PlanName)
            yield return Whole($"The pin is of plan '{pin.PlanName}', the run of plan '{run.PlanName}'.");
        foreach (var cell in store.Cells(run.RunId).Where(cell => cell.Outcome is not CellOutcome.Finished and not CellOutcome.Unsupported))
            yield return new("quality", "missing", FindingStatus.Undecided, null, $"Cell {cell.CellId} ({cell.Title}) is {StoredName.Of(cell.Outcome)}: {cell.Reason}");
        var measured = metrics.Where(metric => metric.Value is not null).Select(metric => (metric.Key, metric.Seed)).ToHashSet();
        var known = metrics.Select(metric => (metric.Key, metric.Seed)).ToHashSet();
        var hosts = metrics.Select(metric => metric.Key.HostClass).OfType<string>().Distinct(StringComparer.Ordinal).ToList();
        var elsewhere = pin.Metrics.Where(pinned => hosts.Count > 0 && pinned.Key.HostClass is { } host && !hosts.Contains(host)).ToList();
        foreach (var group in elsewhere.GroupBy(pinned => pinned.Key.HostClass))
        {
            yield return new("validity", "host", FindingStatus.Undecided, null,
                $"The pin's {group.Count()} times and sizes are of host class '{group.Key}', tonight's of '{string.Join("', '", hosts)}': they cannot be compared. Run on that class, or pin a run of this one.");
        }
        foreach (var pinned in pin.Metrics.Except(elsewhere).Where(pinned => !measured.Contains((pinned.Key, pinned.Seed)) && pinned.Value is not null))
        {
            var isKnown = known.Contains((pinned.Key, pinned.Seed));
            // A value of quality that failed is the comparison's to judge, over all seeds: it knows how many failed in the pinned run.
            if (!isKnown || pinned.Key is not { Phase: null, Slice: null })
                yield return new(Family(pinned.Kind), "missing", FindingStatus.Undecided, pinned.Key, isKnown ? "It was measured tonight and failed." : "The pin has it; tonight's run does not.");
        }
        var accepted = pin.Metrics.Select(metric => (metric.Key, metric.Seed)).ToHashSet();
        var acceptedElsewhere = elsewhere.Select(pinned => (pinned.Key with { HostClass = null }, pinned.Seed)).ToHashSet();
        foreach (var metric in metrics.Where(metric => !accepted.Contains((metric.Key, metric.Seed)) && !CanarySeries.Is(metric.Key)
            && !acceptedElsewhere.Contains((metric.Key with { HostClass = null }, metric.Seed))))
            yield return new(Family(metric.Kind), "missing", FindingStatus.Notice, metric.Key, "New: the pin does not have it yet.");
    }

    public static string Family(MetricKind kind) => kind switch { MetricKind.Duration => "latency", MetricKind.Bytes => "memory", _ => "quality" };

    private static GateFinding Whole(string message) => new("validity", "missing", FindingStatus.Undecided, null, message);
}
