using MathNet.Numerics.Distributions;

namespace LT2.Eval.Results.Statistics;

/// <summary>
/// Wilson's score interval for a proportion p̂ of n independent trials, with z the normal quantile of (1 + level)/2:
/// (p̂ + z²/2n ± z·√(p̂(1−p̂)/n + z²/4n²)) / (1 + z²/n).
/// Source: E. B. Wilson, JASA 22 (1927) 209–212; Newcombe, Statistics in Medicine 17 (1998) 857–872, method 3.
/// </summary>
public static class WilsonInterval
{
    /// <summary>The interval.</summary>
    /// <param name="proportion">p̂ in [0, 1].</param>
    /// <param name="count">n, at least 1.</param>
    /// <param name="level">Confidence level in (0, 1).</param>
    public static Interval Of(double proportion, long count, double level = 0.95)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(count, 1);
        if (proportion is not (>= 0 and <= 1))
            throw new ArgumentOutOfRangeException(nameof(proportion), proportion, "A proportion lies in [0, 1].");
        var z = Normal.InvCDF(0, 1, (1 + level) / 2);
        var z2n = z * z / count;
        var center = (proportion + (z2n / 2)) / (1 + z2n);
        var half = z * Math.Sqrt((proportion * (1 - proportion) / count) + (z2n / (4 * count))) / (1 + z2n);
        // The ends are exact at p̂ = 0 and 1 but for rounding.
        return new(proportion == 0 ? 0 : Math.Max(0, center - half), proportion == 1 ? 1 : Math.Min(1, center + half));
    }
}
