using System.Globalization;
using LT2.Eval.Results.Records;
using LT2.Eval.Results.Store;

namespace LT2.Eval.Results.Gating;

/// <summary>Layer 0: is the night complete? Everything the pin has must have been measured; absence is never a pass.</summary>
internal static class GateValidity
{
    private const int MostNamed = 5;

    /// <summary>What is missing, and what cannot be compared.</summary>
    /// <param name="store">Holds the run.</param>
    /// <param name="run">Tonight's run.</param>
    /// <param name="metrics">Its values.</param>
    /// <param name="pin">The accepted baseline.</param>
    /// <param name="answered">Tonight's times with a finding of their own, from pairs of both builds: they need no time of the pin.</param>
    public static IEnumerable<GateFinding> Check(ResultStore store, RunRecord run, IReadOnlyList<MetricRecord> metrics, PinFile pin, IReadOnlySet<SeriesKey> answered)
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
        var anywhere = answered.Select(key => key with { HostClass = null }).ToHashSet();
        foreach (var group in elsewhere.Where(pinned => !anywhere.Contains(pinned.Key with { HostClass = null })).GroupBy(pinned => pinned.Key.HostClass))
        {
            yield return new("validity", "host", FindingStatus.Undecided, null,
                $"The pin's {group.Count()} times, rates and sizes are of host class '{group.Key}', tonight's of '{string.Join("', '", hosts)}': they cannot be compared. Run on that class, or pin a run of this one; times alone can be judged with --baseline-build, side by side.");
        }
        var lost = pin.Metrics.Except(elsewhere).Where(pinned => !measured.Contains((pinned.Key, pinned.Seed)) && pinned.Value is not null).ToLookup(pinned => known.Contains((pinned.Key, pinned.Seed)));
        // A value of quality that failed is the comparison's to judge, over all seeds: it knows how many failed in the pinned run.
        foreach (var failed in lost[true].Where(pinned => pinned.Key is not { Phase: null, Slice: null }))
            yield return new(Family(failed.Kind), "missing", FindingStatus.Undecided, failed.Key, "It was measured tonight and failed.");
        foreach (var finding in Summed(lost[false].Select(pinned => (pinned.Kind, pinned.Key)), FindingStatus.Undecided, "The pin has it; tonight's run does not.", "are in the pin; tonight's run does not have them"))
            yield return finding;
        var accepted = pin.Metrics.Select(metric => (metric.Key, metric.Seed)).ToHashSet();
        var acceptedElsewhere = elsewhere.Select(pinned => (pinned.Key with { HostClass = null }, pinned.Seed)).ToHashSet();
        var added = metrics.Where(metric => !accepted.Contains((metric.Key, metric.Seed)) && !CanarySeries.Is(metric.Key) && !acceptedElsewhere.Contains((metric.Key with { HostClass = null }, metric.Seed)));
        foreach (var finding in Summed(added.Select(metric => (metric.Kind, metric.Key)), FindingStatus.Notice, "New: the pin does not have it yet.", "are new: the pin does not have them yet"))
            yield return finding;
    }

    public static string Family(MetricKind kind) => kind switch { MetricKind.Duration => "latency", MetricKind.Bytes => "memory", _ => "quality" };

    // A part of a plan that only one side has is thousands of values: up to a few of a task are named one by one, more are counted.
    private static IEnumerable<GateFinding> Summed(IEnumerable<(MetricKind Kind, SeriesKey Key)> values, FindingStatus status, string one, string many)
    {
        foreach (var task in values.GroupBy(value => (Family: Family(value.Kind), value.Key.SuiteId, value.Key.TaskId)))
        {
            var keys = task.Select(value => value.Key).Distinct().ToList();
            if (keys.Count <= MostNamed)
            {
                foreach (var key in keys)
                    yield return new(task.Key.Family, "missing", status, key, one);
                continue;
            }
            var variants = keys.Select(key => key.VariantId).Distinct(StringComparer.Ordinal).Count();
            yield return new(task.Key.Family, "missing", status, null, string.Create(CultureInfo.InvariantCulture,
                $"{task.Key.SuiteId} {task.Key.TaskId}: {task.Count()} values of {variants} variant{(variants == 1 ? "" : "s")} {many} (the first: {SeriesTitle.Of(keys[0])})."));
        }
    }

    private static GateFinding Whole(string message) => new("validity", "missing", FindingStatus.Undecided, null, message);
}
