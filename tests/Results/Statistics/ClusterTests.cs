using CsCheck;
using LT2.Eval.Results.Statistics;

namespace LT2.Eval.Results.Tests.Statistics;

public sealed class ClusterTests
{
    // By hand: of the 8 patterns of (1, 2, 3) only +++ and −−− reach 6.
    [Fact]
    public void Sign_flips_of_few_clusters_are_counted_exactly()
    {
        Assert.Equal(2.0 / 8, ClusterSignFlipTest.PValue([1, 2, 3], seed: 1));
        Assert.Equal(1, ClusterSignFlipTest.PValue([0, 0], seed: 1));
        Assert.Equal(1, ClusterSignFlipTest.PValue([], seed: 1));
    }

    // Fisher 1935 §21, Darwin's 15 pairs of maize: 1,726 of 32,768 patterns are at least as extreme.
    [Fact]
    public void Sign_flips_give_fishers_p_value_for_darwins_maize() => Assert.Equal(
        1726.0 / 32768, ClusterSignFlipTest.PValue([49, -67, 8, 16, 6, 23, 28, 41, 14, 29, 56, 24, 75, 60, -48], seed: 1));

    [Fact]
    public void Drawn_sign_flips_agree_with_the_exact_share()
    {
        // Zeros do not count as clusters, so a 16th value makes the patterns drawn; 0.01 changes the share little.
        var p = ClusterSignFlipTest.PValue([49, -67, 8, 16, 6, 23, 28, 41, 14, 29, 56, 24, 75, 60, -48, 0.01], seed: 7);

        Assert.Equal(1726.0 / 32768, p, 0.006); // four standard errors of 20,000 draws
        Assert.Equal(p, ClusterSignFlipTest.PValue([49, -67, 8, 16, 6, 23, 28, 41, 14, 29, 56, 24, 75, 60, -48, 0.01], seed: 7));
    }

    // 200 equal sums: Hoeffding's bound is 2·e⁻¹⁰⁰, the exact share 2/2²⁰⁰.
    [Fact]
    public void A_share_too_small_to_be_drawn_is_bounded()
    {
        var p = ClusterSignFlipTest.PValue([.. Enumerable.Repeat(-0.3, 200)], seed: 1);

        Assert.Equal(2 * Math.Exp(-100), p, 1e-50);
        Assert.True(p >= Math.Pow(2, -199));
    }

    [Fact]
    public void Sign_flips_see_no_difference_between_better_and_worse() => Gen.Double[-5, 5].Array[1, 12].Sample(sums =>
        ClusterSignFlipTest.PValue(sums, 1) == ClusterSignFlipTest.PValue([.. sums.Select(sum => -sum)], 1));

    [Fact]
    public void A_bootstrap_of_many_clusters_agrees_with_the_linearised_interval()
    {
        var generator = new SeededGenerator(3);
        var clusters = Enumerable.Range(0, 400).Select(_ => (generator.NextNormal() + 1, 1.0)).ToList();

        var interval = ClusterBootstrap.OfRatio(clusters, seed: 5);

        var ratio = ClusteredRatio.Of([.. clusters.Select(c => c.Item1)], [.. clusters.Select(c => c.Item2)]);
        Assert.Equal(ratio.Ratio - (1.96 * ratio.StandardError), interval.Lower, 0.01);
        Assert.Equal(ratio.Ratio + (1.96 * ratio.StandardError), interval.Upper, 0.01);
    }

    // For one curve the critical value is the normal's 1.96; for k independent ones Φ⁻¹((1 + 0.95^{1/k})/2): 2.49 for four.
    [Theory]
    [InlineData(1, 1.960)]
    [InlineData(4, 2.491)]
    public void Simultaneous_bands_of_independent_curves_have_sidaks_width(int curves, double critical)
    {
        var generator = new SeededGenerator(11);
        var numerators = Enumerable.Range(0, curves).Select(_ => Enumerable.Range(0, 1000).Select(_ => generator.NextNormal()).ToArray()).ToList();
        var denominators = numerators.Select(n => n.Select(_ => 1.0).ToArray()).ToList();

        var bands = SimultaneousBands.Of(numerators, denominators, seed: 13, resamples: 4000);

        var se = ClusteredRatio.Of(numerators[0], denominators[0]).StandardError;
        Assert.Equal(critical, bands[0].Width / 2 / se, 0.12);
    }

    [Fact]
    public void Simultaneous_bands_of_equal_curves_are_no_wider_than_one()
    {
        var generator = new SeededGenerator(11);
        var curve = Enumerable.Range(0, 500).Select(_ => generator.NextNormal()).ToArray();
        var ones = curve.Select(_ => 1.0).ToArray();

        Assert.Equal(SimultaneousBands.Of([curve], [ones], 13)[0], SimultaneousBands.Of([curve, curve], [ones, ones], 13)[1]);
    }
}
