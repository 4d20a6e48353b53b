using CsCheck;
using LT2.Eval.Results.Statistics;

namespace LT2.Eval.Results.Tests.Statistics;

public sealed class TestOfMeansTests
{
    // Student 1908, table of additional hours of sleep: differences of the two drugs; t = 4.0621, p = 0.002833 (two-sided, 9 d.f.).
    private static readonly double[] Sleep = [1.2, 2.4, 1.3, 1.3, 0.0, 1.0, 1.8, 0.8, 4.6, 1.4];

    [Fact]
    public void A_paired_t_test_gives_students_sleep_result()
    {
        var test = MeanTest.Of(Sleep);

        Assert.Equal(4.0621, test.Mean / test.StandardError, 4);
        Assert.Equal(0.002833, test.PValue, 6);
        Assert.Equal(0.002833 / 2, test.PValueAbove, 6);
        Assert.Equal(0.7001142, test.Interval().Lower, 5);
        Assert.Equal(2.4598858, test.Interval().Upper, 5);
    }

    // The same table as two samples: t = −1.8608, d.f. 17.776, p = 0.07939.
    [Fact]
    public void Welch_gives_the_published_result_for_the_sleep_samples() => Assert.Equal(
        0.07939,
        WelchTest.PValue([0.7, -1.6, -0.2, -1.2, -0.1, 3.4, 3.7, 0.8, 0.0, 2.0], [1.9, 0.8, 1.1, 0.1, -0.1, 4.4, 5.5, 1.6, 4.6, 3.4]),
        5);

    // All positive: 2/2ⁿ. One rank negative, by hand: ranks 1…5, W = 14 or 15 on either side: 4/32.
    [Fact]
    public void Signed_ranks_are_counted_exactly_with_ties_and_zeros()
    {
        Assert.Equal(2.0 / 512, SignedRankTest.PValue(Sleep));
        Assert.Equal(4.0 / 32, SignedRankTest.PValue([-1, 2, 3, 4, 5]));
        Assert.Equal(1, SignedRankTest.PValue([0, 0]));
        // Counted over all 2⁸⁰ patterns by dynamic programming in whole numbers: 0.006133984048521974.
        Assert.Equal(0.0061339840, SignedRankTest.PValue([.. Enumerable.Range(1, 80).Select(i => i % 3 == 0 ? -i : (double)i)]), 1e-7);
    }

    [Fact]
    public void Equivalence_agrees_with_the_ninety_percent_interval_lying_inside_the_margin() =>
        Gen.Select(Gen.Double[-2, 2], Gen.Double[0.05, 1], Gen.Int[2, 60], Gen.Double[0.1, 2]).Sample((estimate, se, df, margin) =>
        {
            var half = MathNet.Numerics.Distributions.StudentT.InvCDF(0, 1, df, 0.95) * se;
            var inside = estimate - half > -margin && estimate + half < margin;
            return inside == EquivalenceTest.PValue(estimate, se, df, margin) < 0.05;
        });

    [Fact]
    public void Equivalence_without_any_spread_looks_at_the_estimate()
    {
        Assert.Equal(0, EquivalenceTest.PValue(0, 0, 10, 0.01));
        Assert.Equal(1, EquivalenceTest.PValue(0.02, 0, 10, 0.01));
    }

    // Hand-computed from the definitions.
    [Fact]
    public void Holm_and_benjamini_hochberg_adjust_as_defined()
    {
        double[] p = [0.01, 0.04, 0.03, 0.005];

        AssertClose([0.03, 0.06, 0.06, 0.02], HolmAdjustment.Adjust(p));
        AssertClose([0.02, 0.04, 0.04, 0.02], BenjaminiHochbergAdjustment.Adjust(p));
    }

    [Fact]
    public void Adjusted_values_keep_the_order_and_holm_is_never_below_benjamini_hochberg() => Gen.Double[0, 1].Array[1, 30].Sample(p =>
    {
        var (holm, bh) = (HolmAdjustment.Adjust(p), BenjaminiHochbergAdjustment.Adjust(p));
        return Enumerable.Range(0, p.Length).All(i => p[i] <= bh[i] + 1e-15 && bh[i] <= holm[i] + 1e-15 && holm[i] <= 1
            && Enumerable.Range(0, p.Length).All(j => p[i] > p[j] || (holm[i] <= holm[j] && bh[i] <= bh[j])));
    });

    // {1, 1, 2, 2, 4, 6, 9}: median 2, absolute deviations {1, 1, 0, 0, 2, 4, 7} with median 1.
    [Fact]
    public void Robust_location_and_spread_give_the_textbook_values()
    {
        var spread = RobustLocationAndSpread.Of([1, 1, 2, 2, 4, 6, 9]);

        Assert.Equal(2, spread.Median);
        Assert.Equal(1.4826, spread.ScaledMad, 4);
        Assert.Equal(Math.Sqrt(MathNet.Numerics.Statistics.Statistics.Variance([1.0, 1, 2, 2, 4, 6, 9])), spread.StandardDeviation, 12);
    }

    [Fact]
    public void The_generator_gives_the_published_sequence()
    {
        // The first numbers of the authors' xoshiro256** from the state 1, 2, 3, 4.
        var published = new SeededGenerator([1UL, 2, 3, 4]);
        Assert.Equal([11520UL, 0, 1509978240, 1215971899390074240], Enumerable.Range(0, 4).Select(_ => published.NextBits()));
        var generator = new SeededGenerator(42);
        var values = Enumerable.Range(0, 20_000).Select(_ => generator.NextNormal()).ToList();
        Assert.Equal(0, values.Average(), 0.03);
        Assert.Equal(1, RobustLocationAndSpread.Of(values).StandardDeviation, 0.03);
    }

    private static void AssertClose(double[] expected, double[] actual)
    {
        for (var i = 0; i < expected.Length; i++)
            Assert.Equal(expected[i], actual[i], 12);
    }
}
