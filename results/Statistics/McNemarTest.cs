using MathNet.Numerics.Distributions;

namespace LT2.Eval.Results.Statistics;

/// <summary>
/// Two-sided McNemar tests of paired binary outcomes, from b pairs that changed one way and c that changed the other.
/// Under the null min(b, c) is binomial with b + c trials and ½:
/// exact p = min(1, 2·P(X ≤ min)), mid-p = exact p − P(X = min), or 1 when b = c.
/// Source: McNemar, Psychometrika 12 (1947) 153–157; mid-p as in Fagerland, Lydersen and Laake, BMC Medical Research Methodology 13 (2013) 91.
/// Only for pairs that are independent: pairs in clusters need <see cref="ClusterSignFlipTest"/>.
/// </summary>
public static class McNemarTest
{
    /// <summary>The exact conditional p-value, which is conservative.</summary>
    public static double ExactPValue(long first, long second)
    {
        CheckCounts(first, second);
        var n = first + second;
        return n == 0 ? 1 : Math.Min(1, 2 * Binomial.CDF(0.5, (int)n, Math.Min(first, second)));
    }

    /// <summary>The mid-p value, closer to its nominal level.</summary>
    public static double MidPValue(long first, long second)
    {
        CheckCounts(first, second);
        var n = first + second;
        return first == second ? 1 : ExactPValue(first, second) - Binomial.PMF(0.5, (int)n, (int)Math.Min(first, second));
    }

    private static void CheckCounts(long first, long second)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(first);
        ArgumentOutOfRangeException.ThrowIfNegative(second);
    }
}
