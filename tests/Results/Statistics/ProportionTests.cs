using CsCheck;
using LT2.Eval.Results.Statistics;

namespace LT2.Eval.Results.Tests.Statistics;

public sealed class ProportionTests
{
    // Newcombe, Statistics in Medicine 17 (1998), table I, method 3.
    [Theory]
    [InlineData(81, 263, 0.2553, 0.3662)]
    [InlineData(15, 148, 0.0624, 0.1605)]
    [InlineData(0, 20, 0.0000, 0.1611)]
    [InlineData(1, 29, 0.0061, 0.1718)]
    public void Wilson_gives_newcombes_published_intervals(int successes, int trials, double lower, double upper)
    {
        var interval = WilsonInterval.Of((double)successes / trials, trials);

        Assert.Equal(lower, interval.Lower, 4);
        Assert.Equal(upper, interval.Upper, 4);
    }

    [Fact]
    public void Wilson_contains_the_proportion_and_stays_between_0_and_1() => Gen.Select(Gen.Int[1, 5000], Gen.Double[0, 1]).Sample((n, share) =>
    {
        var p = Math.Round(share * n) / n;
        var interval = WilsonInterval.Of(p, n);
        return interval.Contains(p) && interval.Lower >= 0 && interval.Upper <= 1;
    });

    // Fagerland, Lydersen and Laake 2013, table 1 (airway hyper-responsiveness: 1 and 7 discordant pairs).
    [Fact]
    public void McNemar_gives_fagerlands_published_p_values()
    {
        Assert.Equal(0.0703, McNemarTest.ExactPValue(1, 7), 4);
        Assert.Equal(0.0391, McNemarTest.MidPValue(1, 7), 4);
    }

    [Fact]
    public void McNemar_is_symmetric_and_its_mid_p_is_below_the_exact_p() => Gen.Select(Gen.Int[0, 300], Gen.Int[0, 300]).Sample((b, c) =>
    {
        var (exact, mid) = (McNemarTest.ExactPValue(b, c), McNemarTest.MidPValue(b, c));
        return Math.Abs(exact - McNemarTest.ExactPValue(c, b)) < 1e-12 && mid <= exact && exact <= 1 && mid >= 0;
    });

    [Fact]
    public void A_binary_metric_of_single_samples_has_wilsons_interval_and_a_clustered_one_students()
    {
        var alone = Examples.Metric("r", "c", Examples.Key(), 0.5, 0.05, 100);
        var clustered = alone with { ClusterCount = 9 };

        Assert.Equal(WilsonInterval.Of(0.5, 100), MetricInterval.Of(alone));
        Assert.Equal(0.5 + (2.306004 * 0.05), MetricInterval.Of(clustered)!.Value.Upper, 6); // t(0.975, 8) = 2.306004
        Assert.Null(MetricInterval.Of(clustered with { ClusterCount = 7 }));
        Assert.Null(MetricInterval.Of(alone with { Value = null }));
    }

    [Fact]
    public void The_minimum_detectable_effect_is_2_8_standard_errors_and_gives_the_published_table()
    {
        Assert.Equal(2.8016, MinimumDetectableEffect.Of(1), 4);
        // 1,000 items, 10 % discordant pairs: SE = √(0.1/1000), MDE 2.8 percentage points.
        Assert.Equal(0.028, MinimumDetectableEffect.Of(Math.Sqrt(0.1 / 1000)), 3);
    }
}
