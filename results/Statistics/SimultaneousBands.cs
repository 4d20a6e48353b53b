namespace LT2.Eval.Results.Statistics;

/// <summary>
/// Simultaneous intervals of several ratios over the same clusters, such as one a loop count: estimateₖ ± c·SEₖ, where c is the level's quantile
/// of max_k |estimateₖ* − estimateₖ|/SEₖ over resamples of whole clusters, the same clusters for every k.
/// Source: Montiel Olea and Plagborg-Møller, Journal of Applied Econometrics 34 (2019) 1–17, plug-in sup-t band by bootstrap.
/// </summary>
public static class SimultaneousBands
{
    /// <summary>Bands in the order of the curves; a point without spread has a band of width zero.</summary>
    /// <param name="numerators"><c>[k][cluster]</c>: numerator sums.</param>
    /// <param name="denominators"><c>[k][cluster]</c>: denominator sums.</param>
    /// <param name="seed">Seed of the resampling.</param>
    /// <param name="level">Joint confidence level in (0, 1).</param>
    /// <param name="resamples">Resamples.</param>
    public static IReadOnlyList<Interval> Of(
        IReadOnlyList<double[]> numerators, IReadOnlyList<double[]> denominators, ulong seed, double level = 0.95, int resamples = 2_000)
    {
        var clusters = numerators[0].Length;
        ArgumentOutOfRangeException.ThrowIfLessThan(clusters, 2, nameof(numerators));
        var estimates = numerators.Select((n, k) => ClusteredRatio.Of(n, denominators[k])).ToArray();
        var generator = new SeededGenerator(seed);
        var chosen = new int[clusters];
        var maxima = new double[resamples];
        for (var resample = 0; resample < resamples; resample++)
        {
            for (var i = 0; i < clusters; i++)
                chosen[i] = generator.NextIndex(clusters);
            for (var k = 0; k < estimates.Length; k++)
            {
                if (estimates[k].StandardError is not > 0)
                    continue;
                double numerator = 0, denominator = 0;
                foreach (var c in chosen)
                    (numerator, denominator) = (numerator + numerators[k][c], denominator + denominators[k][c]);
                var t = Math.Abs((numerator / denominator) - estimates[k].Ratio) / estimates[k].StandardError;
                maxima[resample] = Math.Max(maxima[resample], t);
            }
        }
        Array.Sort(maxima);
        var critical = Quantile.OfSorted(maxima, level);
        return [.. estimates.Select(e => new Interval(e.Ratio - (critical * e.StandardError), e.Ratio + (critical * e.StandardError)))];
    }
}
