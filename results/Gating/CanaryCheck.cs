using System.Globalization;
using LT2.Eval.Results.Records;
using LT2.Eval.Results.Statistics;
using LT2.Eval.Results.Store;

namespace LT2.Eval.Results.Gating;

/// <summary>Layer 0 for times: did the host move? Also counts tainted blocks, which make a night's times untrustworthy.</summary>
internal static class CanaryCheck
{
    private const double TaintedShare = 0.1;

    public static IReadOnlyList<GateFinding> Check(ResultStore store, RunRecord run, IReadOnlyList<MetricRecord> metrics, GateOptions options)
    {
        if (!metrics.Any(metric => metric.Kind == MetricKind.Duration && !CanarySeries.Is(metric.Key)))
            return [];
        var findings = new List<GateFinding>();
        var blocks = store.TimingBlocks(run.RunId);
        var tainted = blocks.Count(block => block.IsTainted);
        if (tainted > TaintedShare * blocks.Count)
            findings.Add(Invalid(null, $"{tainted} of {blocks.Count} timing blocks ran under throttling or load."));
        var canaries = metrics.Where(metric => CanarySeries.Is(metric.Key)).ToList();
        if (canaries.Count == 0)
            findings.Add(new("latency", "canary", FindingStatus.Undecided, null, "The canary workload was not measured, so the night's times cannot be trusted."));
        foreach (var canary in canaries)
        {
            if (canary.Value is not > 0)
            {
                findings.Add(Invalid(canary.Key, "The canary workload was measured and failed."));
                continue;
            }
            var earlier = store.Series(canary.Key)
                .Where(p => p.Run.StartedUtc < run.StartedUtc && p.Run.Status == RunStatus.Completed && p.Metric.Value > 0)
                .TakeLast(options.Window).Select(p => Math.Log(p.Metric.Value!.Value)).ToList();
            if (earlier.Count == 0)
                continue;
            var spread = RobustLocationAndSpread.Of(earlier);
            var band = Math.Max(Math.Log(1 + options.CanaryBand), 4 * spread.ScaledMad);
            var move = Math.Log(canary.Value.Value) - spread.Median;
            if (Math.Abs(move) > band)
            {
                findings.Add(Invalid(canary.Key, string.Create(CultureInfo.InvariantCulture,
                    $"The canary workload moved by {Math.Exp(move) - 1:+0.0%;-0.0%}, its band is ±{Math.Exp(band) - 1:0.0%}: the host changed, times of tonight are not judged.")));
            }
        }
        return findings;
    }

    private static GateFinding Invalid(SeriesKey? key, string message) => new("validity", "canary", FindingStatus.Undecided, key, message);
}
