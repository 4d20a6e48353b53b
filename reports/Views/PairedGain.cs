using System.Collections.Immutable;
using LT2.Eval.Results.Records;

namespace LT2.Eval.Reports.Views;

/// <summary>What going from one tested loop count to the next brought, on the same samples.</summary>
/// <param name="Line">The line of the chart.</param>
/// <param name="VariantId"><c>name@scale</c>.</param>
/// <param name="TrainedLoopCount">T.</param>
/// <param name="FromLoopCount">T′ before.</param>
/// <param name="ToLoopCount">T′ after.</param>
/// <param name="Gain">Value after minus value before, averaged over training seeds, with its paired 95 % interval.</param>
/// <param name="SampleCount">Samples of a seed that were paired.</param>
public sealed record PairedGain(string Line, string VariantId, int TrainedLoopCount, int FromLoopCount, int ToLoopCount, Estimate Gain, int SampleCount)
{
    /// <summary>Differences of neighbouring tested loop counts, paired by sample and averaged over training seeds.</summary>
    /// <param name="item">The case.</param>
    /// <param name="samples">Samples by cell and metric.</param>
    public static ImmutableArray<PairedGain> Of(QualityCase item, ILookup<(string CellId, string Metric), SampleRecord> samples)
    {
        var gains = ImmutableArray.CreateBuilder<PairedGain>();
        // The difference of two perplexities is not the mean of any difference of samples.
        if (item.Transform != MetricTransform.RatioOfSums)
        {
            return [];
        }
        foreach (var line in item.Points.GroupBy(point => (point.Line, point.VariantId, point.TrainedLoopCount)))
        {
            QualityPoint[] points = [.. line.OrderBy(point => point.TestedLoopCount)];
            for (var i = 1; i < points.Length; i++)
            {
                var (from, to) = (points[i - 1].TestedLoopCount, points[i].TestedLoopCount);
                MeanDifference[] seeds =
                [
                    .. points[i].Seeds.Select(seed => samples[(seed.CellId, item.Metric)].Where(sample => sample.Slice == item.Slice).ToArray())
                        .Select(rows => MeanDifference.Paired(rows.Where(row => row.TestedLoopCount == from), rows.Where(row => row.TestedLoopCount == to)))
                        .OfType<MeanDifference>(),
                ];
                if (MeanDifference.Average(seeds) is not { } difference)
                {
                    continue;
                }
                gains.Add(new PairedGain(
                    line.Key.Line, line.Key.VariantId, line.Key.TrainedLoopCount, from, to, difference.Interval(), difference.SampleCount));
            }
        }
        return gains.ToImmutable();
    }
}
