using System.Collections.Immutable;
using MathNet.Numerics.Distributions;

namespace LT2.Eval.Reports.Views;

/// <summary>Fits latency ∝ length^exponent.</summary>
internal static class PowerLawFit
{
    /// <summary>
    /// Ordinary least squares of log latency on log length. The 95 % interval is slope ± t(m − 2) · s_slope over the m lengths and exists
    /// from three lengths on.
    /// </summary>
    public static PowerLaw? Of(ImmutableArray<LatencyPoint> points)
    {
        if (points.Length < 3)
        {
            return null;
        }
        double[] x = [.. points.Select(point => Math.Log(point.SequenceLength))];
        double[] y = [.. points.Select(point => Math.Log(point.MedianMilliseconds))];
        var (meanX, meanY) = (x.Average(), y.Average());
        var spread = x.Sum(value => (value - meanX) * (value - meanX));
        var slope = x.Zip(y, (a, b) => (a - meanX) * (b - meanY)).Sum() / spread;
        var residuals = x.Zip(y, (a, b) => Math.Pow(b - meanY - (slope * (a - meanX)), 2)).Sum();
        var half = StudentT.InvCDF(0, 1, x.Length - 2, 0.975) * Math.Sqrt(residuals / (x.Length - 2) / spread);
        return new PowerLaw(new Estimate(slope, slope - half, slope + half), points[0].SequenceLength, points[^1].SequenceLength, points.Length);
    }
}
