using System.Collections.Immutable;
using LT2.Eval.Results.Statistics;

namespace LT2.Eval.Reports.Views;

/// <summary>Fits latency ∝ length^exponent.</summary>
internal static class PowerLawFit
{
    /// <summary>Least squares on log scales with a 95 % interval; null below three lengths.</summary>
    public static PowerLaw? Of(ImmutableArray<LatencyPoint> points)
    {
        if (points.Length < 3)
        {
            return null;
        }
        (double X, double Y)[] medians = [.. points.Select(point => ((double)point.SequenceLength, point.MedianMilliseconds))];
        var slope = LogLogSlope.LeastSquares(medians);
        return new PowerLaw(
            new Estimate(slope.Slope, slope.Interval?.Lower, slope.Interval?.Upper), LogLogSlope.TheilSen(medians).Slope,
            points[0].SequenceLength, points[^1].SequenceLength, points.Length);
    }
}
