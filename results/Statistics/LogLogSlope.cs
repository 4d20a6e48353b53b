using MathNet.Numerics.Distributions;

namespace LT2.Eval.Results.Statistics;

/// <summary>A fitted power law.</summary>
/// <param name="Slope">Exponent.</param>
/// <param name="Interval">Its interval; null with fewer than three points.</param>
/// <param name="LogIntercept">Natural logarithm of the factor: y = exp(LogIntercept)·x^Slope.</param>
public sealed record LogLogSlope(double Slope, Interval? Interval, double LogIntercept)
{
    /// <summary>
    /// Ordinary least squares of ln y on ln x; SE(slope) = √(RSS/(n−2)/Σ(ln x − mean)²), t with n − 2 degrees of freedom.
    /// Source: Draper and Smith, <em>Applied Regression Analysis</em>, 3rd ed. 1998, §1.4.
    /// </summary>
    public static LogLogSlope LeastSquares(IReadOnlyList<(double X, double Y)> points, double level = 0.95)
    {
        var logs = Logs(points);
        var (meanX, meanY) = (logs.Average(p => p.X), logs.Average(p => p.Y));
        var sxx = logs.Sum(p => (p.X - meanX) * (p.X - meanX));
        var slope = logs.Sum(p => (p.X - meanX) * (p.Y - meanY)) / sxx;
        var intercept = meanY - (slope * meanX);
        if (logs.Count < 3)
            return new(slope, null, intercept);
        var residual = logs.Sum(p => Math.Pow(p.Y - intercept - (slope * p.X), 2));
        var half = StudentT.InvCDF(0, 1, logs.Count - 2, (1 + level) / 2) * Math.Sqrt(residual / (logs.Count - 2) / sxx);
        return new(slope, new(slope - half, slope + half), intercept);
    }

    /// <summary>
    /// Theil–Sen: the median of all pairs' slopes, intercept the median of ln y − slope·ln x. The interval takes the order statistics
    /// (N ∓ z·√(n(n−1)(2n+5)/18))/2 of the N slopes. Source: Sen, JASA 63 (1968) 1379–1389.
    /// </summary>
    public static LogLogSlope TheilSen(IReadOnlyList<(double X, double Y)> points, double level = 0.95)
    {
        var logs = Logs(points);
        var slopes = (from i in Enumerable.Range(0, logs.Count)
                      from j in Enumerable.Range(i + 1, logs.Count - i - 1)
                      where logs[i].X != logs[j].X
                      let slope = (logs[j].Y - logs[i].Y) / (logs[j].X - logs[i].X)
                      orderby slope
                      select slope).ToArray();
        var median = Quantile.OfSorted(slopes, 0.5);
        var intercept = Quantile.Median(logs.Select(p => p.Y - (median * p.X)));
        if (logs.Count < 3)
            return new(median, null, intercept);
        double n = logs.Count;
        var spread = Normal.InvCDF(0, 1, (1 + level) / 2) * Math.Sqrt(n * (n - 1) * ((2 * n) + 5) / 18);
        var lower = Math.Clamp((int)Math.Floor((slopes.Length - spread) / 2), 0, slopes.Length - 1);
        var upper = Math.Clamp((int)Math.Ceiling((slopes.Length + spread) / 2), 0, slopes.Length - 1);
        return new(median, new(slopes[lower], slopes[upper]), intercept);
    }

    /// <summary>Slopes between neighbours in ascending x: (ln yᵢ₊₁ − ln yᵢ)/(ln xᵢ₊₁ − ln xᵢ), one fewer than points.</summary>
    public static IReadOnlyList<(double FromX, double ToX, double Slope)> Local(IReadOnlyList<(double X, double Y)> points)
    {
        var ascending = points.OrderBy(p => p.X).ToList();
        var logs = Logs(ascending);
        return [.. Enumerable.Range(0, logs.Count - 1).Select(i =>
            (ascending[i].X, ascending[i + 1].X, (logs[i + 1].Y - logs[i].Y) / (logs[i + 1].X - logs[i].X)))];
    }

    private static List<(double X, double Y)> Logs(IReadOnlyList<(double X, double Y)> points)
    {
        if (points.Count < 2 || points.Any(p => p.X <= 0 || p.Y <= 0 || !double.IsFinite(p.X) || !double.IsFinite(p.Y)))
            throw new ArgumentException("A slope on log scales needs at least two points, all above zero.", nameof(points));
        return [.. points.Select(p => (Math.Log(p.X), Math.Log(p.Y)))];
    }
}
