using LT2.Eval.Results.Records;
using LT2.Eval.Results.Statistics;

namespace LT2.Eval.Reports.Views;

/// <summary>95 % interval of one recorded value, as pages show it.</summary>
internal static class SamplingInterval
{
    /// <summary>Fewer clusters give no interval: the clustered standard error is not to be trusted.</summary>
    public const int FewestClusters = MetricInterval.MinimumClusters;

    /// <summary>The interval of <see cref="MetricInterval"/>, cut to what the metric's values can be.</summary>
    public static Estimate Of(MetricRecord metric, double value) => MetricInterval.Of(metric) is not { } interval
        ? new Estimate(value, null, null)
        : ValueRange.Of(metric).Cut(new Estimate(value, interval.Lower, interval.Upper));
}
