using LT2.Eval.Results.Records;
using MathNet.Numerics.Distributions;

namespace LT2.Eval.Reports.Views;

/// <summary>95 % interval of one recorded value.</summary>
internal static class SamplingInterval
{
    /// <summary>Fewer clusters give no interval: the clustered standard error is not to be trusted.</summary>
    public const int FewestClusters = 8;

    /// <summary>
    /// Wilson's score interval for independent 0/1 samples; else value ± t(C − 1) · standard error over C clusters. No interval below
    /// <see cref="FewestClusters"/> clusters or without a standard error.
    /// </summary>
    public static Estimate Of(MetricRecord metric, double value)
    {
        if (metric.ClusterCount < FewestClusters)
        {
            return new Estimate(value, null, null);
        }
        if (metric.Kind == MetricKind.Binary && metric.ClusterCount == metric.SampleCount)
        {
            return Wilson(value, metric.SampleCount);
        }
        if (metric.StandardError is not { } standardError)
        {
            return new Estimate(value, null, null);
        }
        var half = StudentT.InvCDF(0, 1, metric.ClusterCount - 1, 0.975) * standardError;
        return metric.Kind is MetricKind.Binary or MetricKind.Proportion
            ? new Estimate(value, Math.Max(0, value - half), Math.Min(1, value + half))
            : new Estimate(value, value - half, value + half);
    }

    private static Estimate Wilson(double share, long count)
    {
        var z = Normal.InvCDF(0, 1, 0.975);
        var denominator = 1 + (z * z / count);
        var centre = (share + (z * z / (2 * count))) / denominator;
        var half = z * Math.Sqrt((share * (1 - share) / count) + (z * z / (4.0 * count * count))) / denominator;
        return new Estimate(share, Math.Max(0, centre - half), Math.Min(1, centre + half));
    }
}
