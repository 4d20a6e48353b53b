using System.Collections.Immutable;
using LT2.Eval.Results.Records;
using LT2.Eval.Results.Store;

namespace LT2.Eval.Reports.Input;

/// <summary>Reads the series of a run through earlier runs.</summary>
internal static class HistoryLoader
{
    /// <summary>Every series of the run that has a point in another run too, sorted by identity.</summary>
    public static IReadOnlyList<HistorySeries> Load(ResultStore store, RunData data, IReadOnlyList<RunRecord> runs)
    {
        var series = data.Metrics.GroupBy(metric => metric.Key).ToDictionary(group => group.Key, group => (First: group.First(), Points: new List<HistoryPoint>()));
        foreach (var run in runs)
        {
            var metrics = run.RunId == data.Run.RunId ? data.Metrics : store.Metrics(run.RunId);
            foreach (var group in metrics.Where(metric => series.ContainsKey(metric.Key)).GroupBy(metric => metric.Key))
            {
                series[group.Key].Points.Add(Point(run, [.. group]));
            }
        }
        return
        [
            .. series.Where(pair => pair.Value.Points.Count > 1)
                .OrderBy(pair => SeriesIdentity.Of(pair.Key), StringComparer.Ordinal)
                .Select(pair => new HistorySeries(pair.Key, pair.Value.First.Direction, pair.Value.First.Unit, pair.Value.First.Kind, [.. pair.Value.Points])),
        ];
    }

    /// <summary>Runs whose facts differ from those of the run before, on the same host class or not.</summary>
    public static IReadOnlyList<EnvironmentChange> EnvironmentChanges(ResultStore store, IReadOnlyList<RunRecord> runs)
    {
        var changes = new List<EnvironmentChange>();
        IReadOnlyList<EnvironmentEntry>? before = null;
        foreach (var run in runs)
        {
            var now = store.Environment(run.RunId);
            if (before is not null && EnvironmentDifference.Between(before, now) is { Count: > 0 } differences)
            {
                changes.Add(new EnvironmentChange(run.RunId, run.StartedUtc, [.. differences.Select(item => $"{item.Name}: {item.Before ?? "absent"} → {item.After ?? "absent"}")]));
            }
            before = now;
        }
        return changes;
    }

    // Several seeds are one night: their mean, with standard errors pooled.
    private static HistoryPoint Point(RunRecord run, ImmutableArray<MetricRecord> metrics)
    {
        var values = metrics.Select(metric => metric.Value).ToArray();
        var errors = metrics.Select(metric => metric.StandardError).ToArray();
        return new HistoryPoint(
            run.RunId, run.StartedUtc,
            values.Contains(null) ? null : values.Average(),
            errors.Contains(null) ? null : Math.Sqrt(errors.Sum(error => error!.Value * error.Value)) / errors.Length,
            run.Status == RunStatus.Failed);
    }
}
