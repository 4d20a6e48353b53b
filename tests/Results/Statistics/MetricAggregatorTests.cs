using LT2.Eval.Results.Records;
using LT2.Eval.Results.Statistics;

namespace LT2.Eval.Results.Tests.Statistics;

public sealed class MetricAggregatorTests
{
    [Fact]
    public void Without_clusters_a_mean_has_the_textbook_standard_error()
    {
        var estimate = MetricAggregator.Aggregate(Samples([(1, 1, null), (0, 1, null), (1, 1, null), (1, 1, null)]));

        Assert.Equal(0.75, estimate.Value);
        Assert.Equal(Math.Sqrt(0.25 / 4), estimate.StandardError!.Value, 12); // sample variance 0.25 over n = 4
        Assert.Equal((4, 4), (estimate.SampleCount, estimate.ClusterCount));
    }

    [Fact]
    public void Samples_that_agree_within_their_cluster_count_as_one()
    {
        var clustered = MetricAggregator.Aggregate(Samples([(1, 1, "a"), (1, 1, "a"), (0, 1, "b"), (0, 1, "b"), (1, 1, "c"), (1, 1, "c")]));
        var alone = MetricAggregator.Aggregate(Samples([(1, 1, null), (0, 1, null), (1, 1, null)]));

        Assert.Equal(alone.StandardError!.Value, clustered.StandardError!.Value, 12);
        Assert.Equal((6, 3), (clustered.SampleCount, clustered.ClusterCount));
    }

    [Fact]
    public void A_ratio_is_linearised_around_its_denominators()
    {
        // By hand: R = 12/8 = 1.5; residuals 2 − 1.5·2 = −1, 10 − 1.5·6 = 1; SE = √(2/1 · 2)/8 = 0.25.
        var estimate = MetricAggregator.Aggregate(Samples([(2, 2, null), (10, 6, null)]));

        Assert.Equal(1.5, estimate.Value);
        Assert.Equal(0.25, estimate.StandardError!.Value, 12);
    }

    [Fact]
    public void Perplexity_has_the_delta_methods_standard_error()
    {
        var estimate = MetricAggregator.Aggregate(Samples([(2, 2, null), (10, 6, null)]), MetricTransform.ExponentialOfRatio);

        Assert.Equal(Math.Exp(1.5), estimate.Value!.Value, 12);
        Assert.Equal(0.25 * Math.Exp(1.5), estimate.StandardError!.Value, 12);
    }

    [Fact]
    public void A_missing_cluster_among_clusters_is_an_error_that_names_the_sample()
    {
        var error = Assert.Throws<ResultsException>(() => MetricAggregator.Aggregate(Samples([(1, 1, "a"), (0, 1, null)])));

        Assert.Contains("'s1'", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void One_cluster_has_no_standard_error() =>
        Assert.Null(MetricAggregator.Aggregate(Samples([(1, 1, "a"), (0, 1, "a")])).StandardError);

    [Theory]
    [InlineData(double.NaN, 1)]
    [InlineData(1, 0)]
    public void A_failed_sample_or_an_empty_denominator_gives_no_value(double numerator, double denominator) =>
        Assert.Null(MetricAggregator.Aggregate(Samples([(numerator, denominator, null)])).Value);

    private static List<SampleRecord> Samples(IReadOnlyList<(double Numerator, double Denominator, string? Cluster)> pairs) =>
        [.. pairs.Select((pair, i) => new SampleRecord("c", "acc", 1, $"s{i}", pair.Cluster, null, pair.Numerator, pair.Denominator))];
}
