using CsCheck;
using LT2.Eval.Reports.Views;
using LT2.Eval.Results.Records;

namespace LT2.Eval.Reports.Tests.Views;

public sealed class MeanDifferenceTests
{
    private static IEnumerable<SampleRecord> Samples(params double[] scores) =>
        scores.Select((score, index) => new SampleRecord("c", "m", 1, $"s{index}", index < 2 ? "together" : null, null, score, 1));

    [Fact]
    public void Differences_are_paired_by_sample_and_clustered()
    {
        // d = 1, 1, 0 × 8 in nine clusters, the first of two samples: mean 0.2, cluster sums of d − 0.2: 1.6 and eight times −0.2.
        var difference = MeanDifference.Paired(Samples(0, 0, 0, 0, 0, 0, 0, 0, 0, 0), Samples(1, 1, 0, 0, 0, 0, 0, 0, 0, 0))!;
        Assert.Equal((0.2, 8.0, 10), (Math.Round(difference.Mean, 12), difference.DegreesOfFreedom, difference.SampleCount));
        Assert.Equal(Math.Sqrt(9.0 / 8 * ((1.6 * 1.6) + (8 * 0.04))) / 10, difference.StandardError, 12);
    }

    [Fact]
    public void Samples_of_one_side_alone_are_left_out() =>
        Assert.Equal(10, MeanDifference.Paired(Samples(0, 0, 0, 0, 0, 0, 0, 0, 0, 0), Samples(1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1))!.SampleCount);

    [Fact]
    public void Fewer_than_eight_clusters_give_nothing() => Assert.Null(MeanDifference.Paired(Samples(0, 0, 0), Samples(1, 1, 1)));

    [Fact]
    public void Identical_sides_have_an_interval_of_zero() =>
        Assert.Equal(new Estimate(0, 0, 0), MeanDifference.Paired(Samples(1, 0, 1, 0, 1, 0, 1, 0, 1, 0), Samples(1, 0, 1, 0, 1, 0, 1, 0, 1, 0))!.Interval());

    [Fact]
    public void The_order_of_samples_does_not_matter() => Check.Sample(
        Gen.Double[0, 1].Array[12, 40],
        scores =>
        {
            var zeros = Samples(new double[scores.Length]).ToArray();
            return MeanDifference.Paired(zeros, Samples(scores)) == MeanDifference.Paired(zeros.Reverse(), Samples(scores).Reverse());
        });
}
