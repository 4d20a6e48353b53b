using LT2.Eval.Reports.Views;
using LT2.Eval.Results.Records;

namespace LT2.Eval.Reports.Tests.Views;

public sealed class SamplingIntervalTests
{
    private static MetricRecord Metric(MetricKind kind, long samples, long clusters, double? error) => new(
        "run", "cell", new SeriesKey("s", 1, "t", "", 0, null, null, "m", null, "v", null, 1, 1, "float32", 1), null, 0.5, error, samples, clusters, null,
        MetricDirection.HigherIsBetter, "1", kind, null);

    [Fact]
    public void Independent_answers_have_Wilsons_interval()
    {
        // 50 of 100: the published value is [0.4038, 0.5962].
        var interval = SamplingInterval.Of(Metric(MetricKind.Binary, 100, 100, 0.05), 0.5);
        Assert.Equal(0.4038, interval.Low!.Value, 4);
        Assert.Equal(0.5962, interval.High!.Value, 4);
    }

    [Fact]
    public void Clustered_answers_use_their_standard_error()
    {
        // t(9, 0.975) = 2.262157.
        var interval = SamplingInterval.Of(Metric(MetricKind.Binary, 100, 10, 0.1), 0.5);
        Assert.Equal(0.5 - 0.2262157, interval.Low!.Value, 6);
    }

    [Fact]
    public void Fewer_than_eight_clusters_give_no_interval() => Assert.Null(SamplingInterval.Of(Metric(MetricKind.Continuous, 100, 7, 0.1), 0.5).Low);

    [Fact]
    public void Without_a_standard_error_there_is_no_interval() => Assert.Null(SamplingInterval.Of(Metric(MetricKind.Continuous, 100, 100, null), 0.5).Low);
}
