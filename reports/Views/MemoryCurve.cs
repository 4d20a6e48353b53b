using System.Collections.Immutable;
using LT2.Eval.Results.Records;

namespace LT2.Eval.Reports.Views;

/// <summary>Peak memory and limits of one variant, phase, loop count and batch.</summary>
/// <param name="VariantId"><c>name@scale</c>.</param>
/// <param name="Phase">prefill, decode or train.</param>
/// <param name="LoopCount">Loops carried out.</param>
/// <param name="BatchSize">Sequences.</param>
/// <param name="PeakBytes">Length and peak memory, by length.</param>
/// <param name="LongestTimed">Longest length with a latency; null when none ran.</param>
/// <param name="ShortestFailed">Shortest length that was tried and has no latency; null when all ran.</param>
public sealed record MemoryCurve(
    string VariantId, string Phase, int LoopCount, int BatchSize, ImmutableArray<(int Length, double Bytes)> PeakBytes, int? LongestTimed, int? ShortestFailed)
{
    /// <summary>Longest length that fits the memory, where it was searched (<c>frontierLimit</c> of a plan); null where not.</summary>
    public int? LongestFitting { get; init; }

    /// <summary>Every curve of a run, sorted by phase, batch, variant and loop count.</summary>
    /// <param name="metrics">Metrics of the run.</param>
    public static ImmutableArray<MemoryCurve> Of(IReadOnlyList<MetricRecord> metrics) =>
    [
        .. metrics.Where(metric => metric.Key is { SuiteId: "timing", Phase: not null, SequenceLength: not null, TestedLoopCount: not null })
            .GroupBy(metric => (Phase: metric.Key.Phase!, metric.Key.BatchSize, metric.Key.VariantId, Loops: metric.Key.TestedLoopCount!.Value))
            .OrderBy(group => group.Key.Phase, StringComparer.Ordinal).ThenBy(group => group.Key.BatchSize)
            .ThenBy(group => group.Key.VariantId, StringComparer.Ordinal).ThenBy(group => group.Key.Loops)
            .Select(group =>
            {
                var times = group.Where(metric => metric.Kind == MetricKind.Duration).ToLookup(metric => metric.Value is not null, metric => metric.Key.SequenceLength!.Value);
                return new MemoryCurve(
                    group.Key.VariantId, group.Key.Phase, group.Key.Loops, group.Key.BatchSize,
                    [
                        .. group.Where(metric => metric is { Kind: MetricKind.Bytes, Value: not null }).GroupBy(metric => metric.Key.SequenceLength!.Value)
                            .OrderBy(length => length.Key).Select(length => (length.Key, length.Max(metric => metric.Value!.Value))),
                    ],
                    times[true].Any() ? times[true].Max() : null,
                    times[false].Any() ? times[false].Min() : null)
                {
                    LongestFitting = (int?)group.Where(metric => metric.Key.Metric == "longest_length").Max(metric => metric.Value),
                };
            }),
    ];
}
