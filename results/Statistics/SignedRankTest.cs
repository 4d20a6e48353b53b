namespace LT2.Eval.Results.Statistics;

/// <summary>
/// Wilcoxon's signed-rank test, exact for any ties: ranks of |x| (mean ranks for ties, zeros dropped), W = sum of ranks of positive x;
/// the two-sided p-value is the share of sign patterns at least as far from the mean. Source: Wilcoxon, Biometrics Bulletin 1 (1945) 80–83.
/// </summary>
public static class SignedRankTest
{
    /// <summary>Two-sided p-value of a symmetric distribution around zero.</summary>
    public static double PValue(IReadOnlyList<double> values)
    {
        var present = values.Where(value => value != 0).OrderBy(Math.Abs).ToList();
        if (present.Count == 0)
            return 1;
        var doubledRanks = DoubledRanks(present);
        var total = doubledRanks.Sum();
        var observed = present.Select((value, i) => value > 0 ? doubledRanks[i] : 0).Sum();
        // shares[w] = share of the patterns whose doubled rank sum is w, by adding one value after the other.
        var shares = new double[total + 1];
        shares[0] = 1;
        foreach (var rank in doubledRanks)
        {
            for (var w = total; w >= 0; w--)
                shares[w] = (shares[w] + (w >= rank ? shares[w - rank] : 0)) / 2;
        }
        var distance = Math.Abs((2 * observed) - total);
        return shares.Where((_, w) => Math.Abs((2 * w) - total) >= distance).Sum();
    }

    // Mean ranks end in .5 at worst, so doubled ranks are whole.
    private static int[] DoubledRanks(List<double> ascendingByMagnitude)
    {
        var ranks = new int[ascendingByMagnitude.Count];
        for (var start = 0; start < ranks.Length;)
        {
            var end = start + 1;
            while (end < ranks.Length && Math.Abs(ascendingByMagnitude[end]) == Math.Abs(ascendingByMagnitude[start]))
                end++;
            for (var i = start; i < end; i++)
                ranks[i] = start + 1 + end;
            start = end;
        }
        return ranks;
    }
}
