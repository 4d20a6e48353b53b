using System.Collections.Immutable;

namespace LT2.Eval.Reports.Views;

/// <summary>Latency of one variant against the loop count at a fixed length.</summary>
/// <param name="VariantId"><c>name@scale</c>.</param>
/// <param name="Phase">prefill, decode or train.</param>
/// <param name="BatchSize">Sequences.</param>
/// <param name="SequenceLength">Tokens.</param>
/// <param name="Points">Loop count and latency, by loop count.</param>
/// <param name="Fit">Fixed cost and cost of a loop; null with one loop count.</param>
public sealed record LoopLatency(
    string VariantId, string Phase, int BatchSize, int SequenceLength, ImmutableArray<(int LoopCount, LatencyPoint Point)> Points, LineFit? Fit)
{
    /// <summary>Every variant with at least two loop counts, at the largest length all of them were timed at.</summary>
    /// <param name="curves">Curves of the run.</param>
    public static ImmutableArray<LoopLatency> Of(ImmutableArray<LatencyCurve> curves) =>
    [
        .. curves.GroupBy(curve => (curve.Phase, curve.BatchSize)).SelectMany(phase =>
        {
            var variants = phase.GroupBy(curve => curve.VariantId).Where(group => group.Count() > 1).ToArray();
            var common = variants.SelectMany(group => group)
                .Select(curve => curve.Points.Select(point => point.SequenceLength)).Aggregate(default(IEnumerable<int>), (left, right) => left is null ? right : left.Intersect(right));
            if (common is null || !common.Any())
            {
                return [];
            }
            var length = common.Max();
            return variants.Select(group =>
            {
                ImmutableArray<(int LoopCount, LatencyPoint Point)> points =
                    [.. group.OrderBy(curve => curve.LoopCount).Select(curve => (curve.LoopCount, curve.Points.Single(point => point.SequenceLength == length)))];
                return new LoopLatency(
                    group.Key, phase.Key.Phase, phase.Key.BatchSize, length, points,
                    LineFit.Of([.. points.Select(point => ((double)point.LoopCount, point.Point.MedianMilliseconds))]));
            });
        }),
    ];

    /// <summary>Latency of a point over loop count times the latency of one loop: 1 means no fixed cost, below 1 that it is shared.</summary>
    /// <param name="point">A point.</param>
    public double? RelativeToOneLoop((int LoopCount, LatencyPoint Point) point) =>
        Points.Where(other => other.LoopCount == 1).Select(other => (double?)(point.Point.MedianMilliseconds / (point.LoopCount * other.Point.MedianMilliseconds))).FirstOrDefault();
}
