using MathNet.Numerics.Distributions;

namespace LT2.Eval.Results.Statistics;

/// <summary>
/// Student's one-sample t: mean, standard error s/√n, t = mean/SE with n − 1 degrees of freedom.
/// On log ratios of pairs it is the paired t test. Source: Student, Biometrika 6 (1908) 1–25.
/// </summary>
/// <param name="Mean">Mean of the values.</param>
/// <param name="StandardError">Its standard error.</param>
/// <param name="DegreesOfFreedom">n − 1.</param>
public sealed record MeanTest(double Mean, double StandardError, double DegreesOfFreedom)
{
    /// <summary>Computes it from at least two values.</summary>
    public static MeanTest Of(IReadOnlyList<double> values)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(values.Count, 2, nameof(values));
        var mean = values.Average();
        var variance = values.Sum(value => (value - mean) * (value - mean)) / (values.Count - 1);
        return new(mean, Math.Sqrt(variance / values.Count), values.Count - 1);
    }

    /// <summary>Two-sided p-value of a mean of zero; 1 when every value is zero.</summary>
    public double PValue => 2 * Tail(-Math.Abs(Mean));

    /// <summary>One-sided p-value against a mean above zero.</summary>
    public double PValueAbove => Tail(-Mean);

    /// <summary>The interval of a level.</summary>
    public Interval Interval(double level = 0.95)
    {
        var half = StudentT.InvCDF(0, 1, DegreesOfFreedom, (1 + level) / 2) * StandardError;
        return new(Mean - half, Mean + half);
    }

    private double Tail(double signedMean) => StandardError > 0
        ? StudentT.CDF(0, 1, DegreesOfFreedom, signedMean / StandardError)
        : signedMean == 0 ? 0.5 : signedMean < 0 ? 0 : 1;
}
