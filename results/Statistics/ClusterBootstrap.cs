namespace LT2.Eval.Results.Statistics;

/// <summary>
/// Percentile interval of a ratio Σn/Σd by resampling whole clusters with replacement.
/// Source: Efron and Tibshirani, <em>An Introduction to the Bootstrap</em> (1993) §13.3; clusters as units as in Davison and Hinkley (1997) §3.8.
/// For a paired difference the numerators are differences of pairs.
/// </summary>
public static class ClusterBootstrap
{
    /// <summary>The interval.</summary>
    /// <param name="clusters">Numerator and denominator of each cluster; at least two.</param>
    /// <param name="seed">Seed of the resampling.</param>
    /// <param name="level">Confidence level in (0, 1).</param>
    /// <param name="resamples">Resamples.</param>
    public static Interval OfRatio(IReadOnlyList<(double Numerator, double Denominator)> clusters, ulong seed, double level = 0.95, int resamples = 4_000)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(clusters.Count, 2, nameof(clusters));
        var generator = new SeededGenerator(seed);
        var values = new double[resamples];
        for (var resample = 0; resample < resamples; resample++)
        {
            double numerator = 0, denominator = 0;
            for (var i = 0; i < clusters.Count; i++)
            {
                var (n, d) = clusters[generator.NextIndex(clusters.Count)];
                (numerator, denominator) = (numerator + n, denominator + d);
            }
            values[resample] = numerator / denominator;
        }
        Array.Sort(values);
        return new(Quantile.OfSorted(values, (1 - level) / 2), Quantile.OfSorted(values, (1 + level) / 2));
    }
}
