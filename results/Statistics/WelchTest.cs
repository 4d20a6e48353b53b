using MathNet.Numerics.Distributions;

namespace LT2.Eval.Results.Statistics;

/// <summary>
/// Welch's two-sample t: t = (x̄ − ȳ)/√(s²ₓ/n + s²ᵧ/m) with the Welch–Satterthwaite degrees of freedom
/// (a + b)²/(a²/(n−1) + b²/(m−1)), a = s²ₓ/n, b = s²ᵧ/m. Source: Welch, Biometrika 34 (1947) 28–35.
/// </summary>
public static class WelchTest
{
    /// <summary>Two-sided p-value of equal means; both samples have at least two values.</summary>
    public static double PValue(IReadOnlyList<double> first, IReadOnlyList<double> second)
    {
        var (x, y) = (MeanTest.Of(first), MeanTest.Of(second));
        var (a, b) = (x.StandardError * x.StandardError, y.StandardError * y.StandardError);
        if (a + b == 0)
            return x.Mean == y.Mean ? 1 : 0;
        var degreesOfFreedom = (a + b) * (a + b) / ((a * a / x.DegreesOfFreedom) + (b * b / y.DegreesOfFreedom));
        return 2 * StudentT.CDF(0, 1, degreesOfFreedom, -Math.Abs(x.Mean - y.Mean) / Math.Sqrt(a + b));
    }
}
