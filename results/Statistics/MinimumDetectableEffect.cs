using MathNet.Numerics.Distributions;

namespace LT2.Eval.Results.Statistics;

/// <summary>
/// The true difference that a two-sided test finds with a given power: (z₁₋α/₂ + z_power)·SE, 2.80·SE at 5 % and 80 %.
/// Source: Bloom, Evaluation Review 19 (1995) 547–556.
/// </summary>
public static class MinimumDetectableEffect
{
    /// <summary>The effect, in the unit of the standard error.</summary>
    public static double Of(double standardError, double alpha = 0.05, double power = 0.8) =>
        (Normal.InvCDF(0, 1, 1 - (alpha / 2)) + Normal.InvCDF(0, 1, power)) * standardError;
}
