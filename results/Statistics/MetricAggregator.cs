using LT2.Eval.Results.Records;

namespace LT2.Eval.Results.Statistics;

/// <summary>
/// Turns the samples of one metric, loop count and slice into a value with a clustered standard error.
/// <para>R = Σnᵢ / Σdᵢ. With cluster residuals u_c = Σ_{i∈c} (nᵢ − R·dᵢ), the linearised variance of the ratio is
/// C/(C−1) · Σ u_c² / (Σdᵢ)² (Cochran, <em>Sampling Techniques</em>, 3rd ed. 1977, §6.3 and §9A; with dᵢ = 1 it is the clustered
/// standard error of a mean of Miller, arXiv 2411.00640, times √(C/(C−1))). For exp(R) the delta method multiplies it by exp(R).</para>
/// </summary>
public static class MetricAggregator
{
    /// <summary>Aggregates samples; all of them must have a cluster, or none.</summary>
    public static MetricEstimate Aggregate(IReadOnlyList<SampleRecord> samples, MetricTransform transform = MetricTransform.RatioOfSums)
    {
        var clusters = ClusterSums.Of(samples);
        var estimate = Ratio(clusters, samples.Count);
        if (transform == MetricTransform.RatioOfSums || estimate.Value is not { } ratio)
            return estimate;
        return estimate with { Value = Math.Exp(ratio), StandardError = estimate.StandardError * Math.Exp(ratio) };
    }

    private static MetricEstimate Ratio(IReadOnlyList<(double Numerator, double Denominator)> clusters, int sampleCount)
    {
        var numerator = clusters.Sum(cluster => cluster.Numerator);
        var denominator = clusters.Sum(cluster => cluster.Denominator);
        var ratio = numerator / denominator;
        if (!double.IsFinite(ratio))
            return new(null, null, sampleCount, clusters.Count);
        if (clusters.Count < 2)
            return new(ratio, null, sampleCount, clusters.Count);
        var squares = clusters.Sum(cluster => Math.Pow(cluster.Numerator - (ratio * cluster.Denominator), 2));
        var count = (double)clusters.Count;
        return new(ratio, Math.Sqrt(count / (count - 1) * squares) / denominator, sampleCount, clusters.Count);
    }
}
