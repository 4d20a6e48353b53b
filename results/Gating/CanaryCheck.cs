using System.Globalization;
using LT2.Eval.Results.Records;
using LT2.Eval.Results.Statistics;
using LT2.Eval.Results.Store;

namespace LT2.Eval.Results.Gating;

/// <summary>Layer 0 for times: did the host move? Also counts tainted blocks, which make a night's times untrustworthy.</summary>
internal static class CanaryCheck
{
    public static IReadOnlyList<GateFinding> Check(ResultStore store, RunRecord run, IReadOnlyList<MetricRecord> metrics, GateOptions options)
    {
        if (!metrics.Any(metric => metric.Kind == MetricKind.Duration && !CanarySeries.Is(metric.Key)))
            return [];
        return Findings(store, run, [.. metrics.Where(metric => CanarySeries.Is(metric.Key))], options);
    }

    /// <summary>Whether an earlier night's times may be measured against.</summary>
    public static bool IsTrusted(ResultStore store, RunRecord run, GateOptions options) =>
        Findings(store, run, store.Metrics(new MetricFilter(RunId: run.RunId, TaskId: CanarySeries.TaskId)), options).Count == 0;

    private static List<GateFinding> Findings(ResultStore store, RunRecord run, IReadOnlyList<MetricRecord> canaries, GateOptions options)
    {
        var findings = new List<GateFinding>();
        var blocks = store.TimingBlocks(run.RunId);
        var tainted = blocks.Where(block => block.IsTainted).ToList();
        if (tainted.Count > options.TaintedShare * blocks.Count)
        {
            findings.Add(Invalid(null, $"{tainted.Count} of {blocks.Count} timing blocks ran under throttling or load"
                + $"{(tainted[0].ThrottleReason is { } reason ? $" (the first: {reason})" : "")}: times of tonight are not judged."));
        }
        if (canaries.Count == 0)
            findings.Add(new("latency", "canary", FindingStatus.Undecided, null, "The canary workload was not measured, so the night's times cannot be trusted."));
        foreach (var workload in canaries.GroupBy(canary => canary.Key with { CaseParameters = "" }))
            findings.AddRange(Workload(store, run, [.. workload], options));
        return findings;
    }

    // One workload at its positions (first, middle, last): each against its own nights, and all against each other.
    private static IEnumerable<GateFinding> Workload(ResultStore store, RunRecord run, List<MetricRecord> positions, GateOptions options)
    {
        var widestBand = Math.Log(1 + options.CanaryBand);
        var isFine = true;
        foreach (var canary in positions)
        {
            if (canary.Value is not > 0)
            {
                yield return Invalid(canary.Key, "The canary workload was measured and failed.");
                yield break;
            }
            var earlier = store.Series(canary.Key)
                .Where(p => p.Run.StartedUtc < run.StartedUtc && p.Run.Status == RunStatus.Completed && p.Metric.Value > 0)
                .TakeLast(options.Window).Select(p => Math.Log(p.Metric.Value!.Value)).ToList();
            if (earlier.Count == 0)
                continue;
            var spread = RobustLocationAndSpread.Of(earlier);
            var band = Math.Max(Math.Log(1 + options.CanaryBand), 4 * spread.ScaledMad);
            widestBand = Math.Max(widestBand, band);
            var move = Math.Log(canary.Value.Value) - spread.Median;
            if (Math.Abs(move) <= band)
                continue;
            isFine = false;
            yield return Invalid(canary.Key, string.Create(CultureInfo.InvariantCulture,
                $"The canary workload moved by {Math.Exp(move) - 1:+0.0%;-0.0%}, its band is {Math.Exp(-band) - 1:+0.0%;-0.0%} to {Math.Exp(band) - 1:+0.0%;-0.0%}: the host changed, times of tonight are not judged."));
        }
        var (fastest, slowest) = (positions.Min(canary => canary.Value!.Value), positions.Max(canary => canary.Value!.Value));
        if (isFine && Math.Log(slowest / fastest) > widestBand)
        {
            yield return Invalid(positions[0].Key, string.Create(CultureInfo.InvariantCulture,
                $"The canary workload took {fastest:G4} to {slowest:G4} ms in one night, more than {Math.Exp(widestBand) - 1:0.0%} apart: the host changed during the run, "
                + $"times of tonight are not judged."));
        }
    }

    private static GateFinding Invalid(SeriesKey? key, string message) => new("validity", "canary", FindingStatus.Undecided, key, message);
}
