using LT2.Eval.Results.Statistics;
using MathNet.Numerics.Distributions;

namespace LT2.Eval.Results.Tests.Statistics;

/// <summary>
/// Rejection rates of nominal 5 % tests under the null: two models with the same accuracy, 60 clusters of 8 items, a tenth of them discordant,
/// and a correlation of the changes within a cluster. 3–7 % is the promise; 1,000 repetitions have a binomial standard deviation of 0.7 %.
/// </summary>
public sealed class CalibrationTests
{
    private const int Clusters = 60, Items = 8, Repetitions = 1000;

    [Theory]
    [InlineData(0.0)]
    [InlineData(0.3)]
    [InlineData(0.6)]
    public void The_clustered_t_test_rejects_three_to_seven_percent(double correlation) =>
        Assert.InRange(RejectionRate(correlation, sums => MeanTest.Of(sums).PValue), 0.03, 0.07);

    [Theory]
    [InlineData(0.0)]
    [InlineData(0.6)]
    public void The_clustered_sign_flip_test_rejects_three_to_seven_percent(double correlation) =>
        Assert.InRange(RejectionRate(correlation, sums => ClusterSignFlipTest.PValue(sums, seed: 9, flips: 1000)), 0.03, 0.07);

    [Theory]
    [InlineData(0.0)]
    [InlineData(0.6)]
    public void The_clustered_bootstraps_interval_misses_three_to_seven_percent(double correlation) => Assert.InRange(
        RejectionRate(correlation, sums => ClusterBootstrap.OfRatio([.. sums.Select(sum => (sum, (double)Items))], seed: 9, resamples: 500).Contains(0) ? 1 : 0),
        0.03, 0.07);

    [Fact]
    public void McNemar_keeps_its_level_only_without_correlation()
    {
        Assert.InRange(McNemarRate(correlation: 0), 0.02, 0.07);
        Assert.InRange(McNemarRate(correlation: 0.6), 0.10, 0.30); // it lies when clusters agree
    }

    private static double RejectionRate(double correlation, Func<double[], double> pValue)
    {
        var generator = new SeededGenerator(2026);
        return Enumerable.Range(0, Repetitions).Count(_ => pValue([.. Differences(generator, correlation).Select(cluster => cluster.Sum())]) < 0.05) / (double)Repetitions;
    }

    private static double McNemarRate(double correlation)
    {
        var generator = new SeededGenerator(2027);
        return Enumerable.Range(0, Repetitions).Count(_ =>
        {
            var changes = Differences(generator, correlation).SelectMany(cluster => cluster).ToList();
            return McNemarTest.MidPValue(changes.Count(change => change > 0), changes.Count(change => change < 0)) < 0.05;
        }) / (double)Repetitions;
    }

    // A Gaussian copula: each item's change is −1, 0 or 1 by thresholds on a normal that shares a part with its cluster.
    private static IEnumerable<double[]> Differences(SeededGenerator generator, double correlation)
    {
        var threshold = Normal.InvCDF(0, 1, 0.95);
        for (var c = 0; c < Clusters; c++)
        {
            var shared = Math.Sqrt(correlation) * generator.NextNormal();
            yield return [.. Enumerable.Range(0, Items).Select(_ =>
            {
                var x = shared + (Math.Sqrt(1 - correlation) * generator.NextNormal());
                return x > threshold ? 1.0 : x < -threshold ? -1 : 0;
            })];
        }
    }
}
