using System.Collections.Immutable;
using LT2.Eval.Results.Gating;
using LT2.Eval.Results.Records;
using LT2.Eval.Results.Statistics;

namespace LT2.Eval.Reports.Views;

/// <summary>Groups a run's timing blocks into curves.</summary>
internal static class LatencyCurves
{
    /// <summary>Lengths the slope is fitted over: the largest ones, because fixed costs bend the curve at small lengths.</summary>
    public const int FittedLengths = 4;

    /// <summary>Every curve, sorted by phase, batch, variant and loop count.</summary>
    public static ImmutableArray<LatencyCurve> Of(IReadOnlyList<CellRecord> cells, IReadOnlyList<TimingBlockRecord> blocks)
    {
        var variants = cells.ToDictionary(cell => cell.CellId, cell => cell.VariantId, StringComparer.Ordinal);
        return
        [
            .. blocks
                .GroupBy(block => (block.Phase, block.BatchSize, Variant: variants.GetValueOrDefault(block.CellId, "unknown"), block.LoopCount))
                .Where(group => group.Key.Variant != CanarySeries.TaskId)
                .OrderBy(group => group.Key.Phase, StringComparer.Ordinal)
                .ThenBy(group => group.Key.BatchSize)
                .ThenBy(group => group.Key.Variant, StringComparer.Ordinal)
                .ThenBy(group => group.Key.LoopCount)
                .Select(group => Curve(group.Key.Variant, group.Key.Phase, group.Key.LoopCount, group.Key.BatchSize, group)),
        ];
    }

    private static LatencyCurve Curve(string variant, string phase, int loopCount, int batchSize, IEnumerable<TimingBlockRecord> blocks)
    {
        ImmutableArray<LatencyPoint> points =
        [
            .. blocks.GroupBy(block => block.SequenceLength).OrderBy(group => group.Key)
                .Select(group => Point(group.Key, [.. group])).OfType<LatencyPoint>(),
        ];
        // An empty context has no place on a log scale.
        ImmutableArray<LatencyPoint> largest = [.. points.Where(point => point.SequenceLength > 0).TakeLast(FittedLengths)];
        return new LatencyCurve(variant, phase, loopCount, batchSize, points, PowerLawFit.Of(largest));
    }

    private static LatencyPoint? Point(int length, ImmutableArray<TimingBlockRecord> blocks)
    {
        ImmutableArray<TimingBlockRecord> usable = [.. UsableBlocks.Of(blocks)];
        if (usable.IsEmpty)
        {
            return null;
        }
        double[] sorted = [.. usable.Select(block => block.MillisecondsPerIteration).Order()];
        ImmutableArray<double> processes =
        [
            .. usable.GroupBy(block => (block.CellId, block.ProcessIndex))
                .Select(group => Quantile.Median(group.Select(block => block.MillisecondsPerIteration))),
        ];
        return new LatencyPoint(
            length, Quantile.Median(processes), Quantile.OfSorted(sorted, 0.1), Quantile.OfSorted(sorted, 0.9), usable.Length, processes.Length, blocks.Count(block => block.IsTainted));
    }
}
