using MathNet.Numerics.Distributions;

namespace LT2.Eval.Results.Statistics;

/// <summary>
/// Equivalence by two one-sided t tests: p = max(P(T ≥ (estimate + margin)/SE), P(T ≤ (estimate − margin)/SE)). At level α it agrees with the
/// (1 − 2α) interval lying inside ±margin. Source: Schuirmann, J. Pharmacokinetics and Biopharmaceutics 15 (1987) 657–680.
/// </summary>
public static class EquivalenceTest
{
    /// <summary>The p-value of a difference at least as large as the margin; small means equivalent.</summary>
    /// <param name="estimate">Estimated difference.</param>
    /// <param name="standardError">Its standard error.</param>
    /// <param name="degreesOfFreedom">Degrees of freedom of the t distribution.</param>
    /// <param name="margin">Largest difference that does not matter, above zero.</param>
    public static double PValue(double estimate, double standardError, double degreesOfFreedom, double margin)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(margin);
        if (standardError == 0)
            return Math.Abs(estimate) < margin ? 0 : 1;
        var above = StudentT.CDF(0, 1, degreesOfFreedom, -(estimate + margin) / standardError);
        var below = StudentT.CDF(0, 1, degreesOfFreedom, (estimate - margin) / standardError);
        return Math.Max(above, below);
    }
}
