using LT2.Eval.Results.Records;
using MathNet.Numerics.Distributions;

namespace LT2.Eval.Results.Statistics;

/// <summary>
/// Interval of one metric: Wilson for binary metrics of independent samples, else value ± t·SE with clusters − 1 degrees of freedom.
/// </summary>
public static class MetricInterval
{
    /// <summary>With fewer clusters the t interval with clustered errors covers too little to be shown.</summary>
    public const int MinimumClusters = 8;

    /// <summary>The interval; null where there is no value, no standard error, or fewer than <see cref="MinimumClusters"/> clusters.</summary>
    public static Interval? Of(MetricRecord metric, double level = 0.95)
    {
        if (metric.Value is not { } value || metric.SampleCount < 1)
            return null;
        if (metric is { Kind: MetricKind.Binary, Transform: MetricTransform.RatioOfSums } && metric.ClusterCount == metric.SampleCount && value is >= 0 and <= 1)
            return WilsonInterval.Of(value, metric.SampleCount, level);
        if (metric.StandardError is not { } standardError || metric.ClusterCount < MinimumClusters)
            return null;
        var half = StudentT.InvCDF(0, 1, metric.ClusterCount - 1, (1 + level) / 2) * standardError;
        return new(value - half, value + half);
    }
}
