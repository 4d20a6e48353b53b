using MathNet.Numerics.Distributions;

namespace LT2.Eval.Reports.Views;

/// <summary>Straight line y = intercept + slope · x.</summary>
/// <param name="Intercept">Value at x = 0 with its 95 % interval.</param>
/// <param name="Slope">Growth for one more x with its 95 % interval.</param>
public sealed record LineFit(Estimate Intercept, Estimate Slope)
{
    /// <summary>Ordinary least squares; intervals from three points on, null below two.</summary>
    /// <param name="points">x and y.</param>
    public static LineFit? Of(IReadOnlyList<(double X, double Y)> points)
    {
        if (points.Select(point => point.X).Distinct().Count() < 2)
        {
            return null;
        }
        var (meanX, meanY) = (points.Average(point => point.X), points.Average(point => point.Y));
        var spread = points.Sum(point => Math.Pow(point.X - meanX, 2));
        var slope = points.Sum(point => (point.X - meanX) * (point.Y - meanY)) / spread;
        var intercept = meanY - (slope * meanX);
        if (points.Count < 3)
        {
            return new LineFit(new Estimate(intercept, null, null), new Estimate(slope, null, null));
        }
        var variance = points.Sum(point => Math.Pow(point.Y - intercept - (slope * point.X), 2)) / (points.Count - 2);
        var quantile = StudentT.InvCDF(0, 1, points.Count - 2, 0.975);
        var slopeHalf = quantile * Math.Sqrt(variance / spread);
        var interceptHalf = quantile * Math.Sqrt(variance * ((1.0 / points.Count) + (meanX * meanX / spread)));
        return new LineFit(
            new Estimate(intercept, intercept - interceptHalf, intercept + interceptHalf), new Estimate(slope, slope - slopeHalf, slope + slopeHalf));
    }
}
