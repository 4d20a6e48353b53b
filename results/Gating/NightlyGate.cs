using LT2.Eval.Results.Records;
using LT2.Eval.Results.Statistics;
using LT2.Eval.Results.Store;

namespace LT2.Eval.Results.Gating;

/// <summary>Tonight's run against the pin: validity, quality by paired flips, memory, times through <see cref="LatencyGate"/>.</summary>
public static class NightlyGate
{
    /// <summary>Judges a run.</summary>
    /// <param name="store">Store with the nights' history.</param>
    /// <param name="candidateRunId">Tonight's run.</param>
    /// <param name="pin">The accepted baseline.</param>
    /// <param name="runner">Measures suspects again with both builds; null when no baseline build is at hand.</param>
    /// <param name="options">Settings.</param>
    /// <param name="cancellation">Cancellation.</param>
    public static async Task<GateReport> EvaluateAsync(
        ResultStore store, string candidateRunId, PinFile pin, IConfirmationRunner? runner, GateOptions? options = null, CancellationToken cancellation = default)
    {
        options ??= new();
        var run = store.Run(candidateRunId);
        var metrics = store.Metrics(candidateRunId);
        var findings = new List<GateFinding>();
        var comparison = store.Runs().Any(r => r.RunId == pin.RunId)
            ? RunComparison.Compare(new(store, pin.RunId), new(store, candidateRunId), options.Comparison)
            : null;
        findings.AddRange(await GateQuality.CheckAsync(comparison, pin, runner, cancellation).ConfigureAwait(false));
        findings.AddRange(TrainedWeights.Check(store, pin.RunId, candidateRunId));
        findings.AddRange(ChosenRecipes.Check(store, pin.RunId, candidateRunId));
        var canary = CanaryCheck.Check(store, run, metrics, options);
        findings.AddRange(canary);
        var times = metrics.Where(metric => metric.Kind == MetricKind.Duration && !CanarySeries.Is(metric.Key) && metric.Value > 0).ToList();
        HashSet<SeriesKey> answered = [];
        if (canary.Count == 0)
        {
            var hosts = new PinnedHosts(pin);
            var nights = new NightTimes(store, options);
            var series = times.DistinctBy(metric => (metric.Key, metric.Seed)).Select(metric => History(nights.Of(metric.Key, metric.Seed, run), metric, pin, hosts)).ToList();
            var latency = await LatencyGate.EvaluateAsync(series, runner, options, cancellation).ConfigureAwait(false);
            findings.AddRange(latency);
            answered = [.. latency.Where(finding => finding.Layer == "confirm").Select(finding => finding.Key).OfType<SeriesKey>()];
        }
        findings.InsertRange(0, GateValidity.Check(store, run, metrics, pin, answered));
        return GateVerdicts.Report(findings, comparison, pin, candidateRunId, metrics.Count, "the pin");
    }

    private static LatencySeries History(IReadOnlyList<(RunRecord Run, double LogTime)> nights, MetricRecord metric, PinFile pin, PinnedHosts hosts)
    {
        var logs = nights.Select(night => night.LogTime).ToList();
        // A pin accepts the changes before it: noise is answered on the level that was accepted, from its first night.
        var pinnedNight = nights.SkipLast(1).Select(night => night.Run.RunId).ToList().IndexOf(pin.RunId);
        var accepted = EDivisive.Find([.. logs.Take(pinnedNight + 1)]);
        var pinned = pin.Metrics.FirstOrDefault(m => m.Key == metric.Key && m.Seed == metric.Seed)?.Value;
        return new(metric.Key, [.. logs.Skip(accepted.Count > 0 ? accepted[^1].Index : 0)], pinned is > 0 ? Math.Log(pinned.Value) : null, hosts.Elsewhere(metric.Key) is not null);
    }
}
