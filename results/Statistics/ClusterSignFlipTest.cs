namespace LT2.Eval.Results.Statistics;

/// <summary>
/// Sign-flip permutation test on clusters. Under the null a cluster's sum of paired differences is as likely to be −u as u;
/// the p-value is the share of sign patterns whose |Σ ±u| is at least the observed |Σ u|. With fewer than 16 clusters every pattern is
/// counted; else <see cref="Flips"/> patterns are drawn and p = (1 + hits)/(1 + flips). Draws cannot show a p below 1/(1 + flips), which no correction for a thousand
/// series would survive: there Hoeffding's bound 2·exp(−(Σu)²/(2·Σu²)), which the exact p never exceeds, takes over where it is smaller.
/// Source: Fisher, <em>The Design of Experiments</em> (1935) §21; the +1 as in Phipson and Smyth, Stat. Appl. Genet. Mol. Biol. 9 (2010) 39; Hoeffding, JASA 58 (1963) 13, theorem 2.
/// </summary>
public static class ClusterSignFlipTest
{
    /// <summary>From this number of clusters on, patterns are drawn.</summary>
    public const int ExactBelow = 16;

    /// <summary>Patterns drawn.</summary>
    public const int Flips = 20_000;

    /// <summary>Two-sided p-value.</summary>
    /// <param name="clusterSums">Sum of paired differences of each cluster.</param>
    /// <param name="seed">Seed of the drawn patterns.</param>
    /// <param name="flips">Patterns drawn.</param>
    public static double PValue(ReadOnlySpan<double> clusterSums, ulong seed, int flips = Flips)
    {
        double observed = 0, scale = 0;
        // A cluster whose sum is zero is the same under both signs.
        var sums = new List<double>(clusterSums.Length);
        foreach (var sum in clusterSums)
        {
            observed += sum;
            scale += Math.Abs(sum);
            if (sum != 0)
                sums.Add(sum);
        }
        if (sums.Count == 0)
            return 1;
        // Sums in another order differ by rounding: patterns equal to the observed one must count as equal.
        var bound = Math.Abs(observed) - (1e-12 * scale);
        if (sums.Count < ExactBelow)
            return Exact(sums, bound);
        var hoeffding = 2 * Math.Exp(-observed * observed / (2 * sums.Sum(sum => sum * sum)));
        return hoeffding < 1 / (1.0 + flips) ? hoeffding : Drawn(sums, bound, seed, flips);
    }

    private static double Exact(List<double> sums, double bound)
    {
        var hits = 0;
        for (var pattern = 0; pattern < 1 << sums.Count; pattern++)
        {
            double total = 0;
            for (var i = 0; i < sums.Count; i++)
                total += (pattern >> i & 1) == 0 ? sums[i] : -sums[i];
            if (Math.Abs(total) >= bound)
                hits++;
        }
        return (double)hits / (1 << sums.Count);
    }

    // Eight signs at once: a table holds the 256 signed sums of every eight clusters.
    private static double Drawn(List<double> sums, double bound, ulong seed, int flips)
    {
        const int clusters = 8, patterns = 1 << clusters;
        var groups = (sums.Count + clusters - 1) / clusters;
        var table = new double[groups * patterns];
        for (var group = 0; group < groups; group++)
        {
            var own = sums.Skip(group * clusters).Take(clusters).ToArray();
            var signed = table.AsSpan(group * patterns, patterns);
            for (var pattern = 0; pattern < patterns; pattern++)
            {
                for (var i = 0; i < own.Length; i++)
                    signed[pattern] += (pattern >> i & 1) == 0 ? own[i] : -own[i];
            }
        }
        var generator = new SeededGenerator(seed);
        var hits = 0;
        for (var flip = 0; flip < flips; flip++)
        {
            double total = 0;
            ulong bits = 0;
            for (var group = 0; group < groups; group++, bits >>= clusters)
            {
                if (group % (64 / clusters) == 0)
                    bits = generator.NextBits();
                total += table[(group * patterns) + (int)(bits & (patterns - 1))];
            }
            if (Math.Abs(total) >= bound)
                hits++;
        }
        return (1.0 + hits) / (1.0 + flips);
    }
}
