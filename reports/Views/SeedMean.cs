using System.Collections.Immutable;
using MathNet.Numerics.Distributions;

namespace LT2.Eval.Reports.Views;

/// <summary>Mean over training seeds with an interval.</summary>
internal static class SeedMean
{
    /// <summary>
    /// From three seeds on the interval is mean ± t(k − 1) · s/√k over the k seeds: it answers whether another seed would agree. With one
    /// or two seeds it is the sampling interval, half widths pooled: it answers whether other samples would agree.
    /// </summary>
    /// <param name="seeds">What each seed gave.</param>
    /// <param name="range">What values can be; the interval is cut to it.</param>
    public static Estimate Of(ImmutableArray<SeedEstimate> seeds, ValueRange range)
    {
        var mean = seeds.Average(seed => seed.Estimate.Value);
        if (seeds.Length == 1)
        {
            return seeds[0].Estimate;
        }
        if (seeds.Length >= 3)
        {
            var variance = seeds.Sum(seed => Math.Pow(seed.Estimate.Value - mean, 2)) / (seeds.Length - 1);
            var half = StudentT.InvCDF(0, 1, seeds.Length - 1, 0.975) * Math.Sqrt(variance / seeds.Length);
            return range.Cut(new Estimate(mean, mean - half, mean + half));
        }
        if (seeds.Any(seed => seed.Estimate.Low is null))
        {
            return new Estimate(mean, null, null);
        }
        var below = Math.Sqrt(seeds.Sum(seed => Math.Pow(seed.Estimate.Value - seed.Estimate.Low!.Value, 2))) / seeds.Length;
        var above = Math.Sqrt(seeds.Sum(seed => Math.Pow(seed.Estimate.High!.Value - seed.Estimate.Value, 2))) / seeds.Length;
        return range.Cut(new Estimate(mean, mean - below, mean + above));
    }
}
