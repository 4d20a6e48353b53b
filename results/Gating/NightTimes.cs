using LT2.Eval.Results.Records;
using LT2.Eval.Results.Store;

namespace LT2.Eval.Results.Gating;

/// <summary>
/// Time series by night. A night of which two parts measured a series has one time, the geometric mean of theirs; nights that did not end, ran under load, or whose canary
/// moved are left out.
/// </summary>
internal sealed class NightTimes(ResultStore store, GateOptions options)
{
    private readonly Dictionary<string, bool> trusted = new(StringComparer.Ordinal);

    /// <summary>ln of each night's time, oldest first.</summary>
    /// <param name="key">The series.</param>
    /// <param name="seed">Its seed; null where there is none.</param>
    /// <param name="last">The newest night wanted, which is taken as it is.</param>
    public IReadOnlyList<(RunRecord Run, double LogTime)> Of(SeriesKey key, long? seed, RunRecord last) =>
    [
        .. store.Series(key).Where(point => point.Metric.Seed == seed && point.Metric.Value > 0)
            .Where(point => point.Run.RunId == last.RunId || (point.Run.StartedUtc < last.StartedUtc && IsTrusted(point.Run)))
            .GroupBy(point => point.Run.RunId)
            .Select(night => (night.First().Run, night.Average(point => Math.Log(point.Metric.Value!.Value)))),
    ];

    private bool IsTrusted(RunRecord run)
    {
        if (!trusted.TryGetValue(run.RunId, out var known))
            trusted[run.RunId] = known = run.Status == RunStatus.Completed && CanaryCheck.IsTrusted(store, run, options);
        return known;
    }
}
