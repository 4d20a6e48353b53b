using LT2.Eval.Results.Records;

namespace LT2.Eval.Results.Statistics;

/// <summary>
/// Turns the samples of one metric, loop count and slice into a value with a clustered standard error.
/// The value is <see cref="ClusteredRatio"/>; with denominators of 1 its error is the clustered standard error of a mean of
/// Miller, arXiv 2411.00640, times √(C/(C−1)). For exp(R) the delta method multiplies it by exp(R).
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
        var value = Math.Exp(ratio);
        return double.IsFinite(value)
            ? estimate with { Value = value, StandardError = estimate.StandardError * value }
            : estimate with { Value = null, StandardError = null };
    }

    private static MetricEstimate Ratio(IReadOnlyList<(double Numerator, double Denominator)> clusters, int sampleCount)
    {
        var ratio = ClusteredRatio.Of([.. clusters.Select(c => c.Numerator)], [.. clusters.Select(c => c.Denominator)]);
        if (!double.IsFinite(ratio.Ratio))
            return new(null, null, sampleCount, clusters.Count);
        return new(ratio.Ratio, double.IsFinite(ratio.StandardError) ? ratio.StandardError : null, sampleCount, clusters.Count);
    }
}
