using LT2.Eval.Reports.Views;
using LT2.Eval.Results.Records;

namespace LT2.Eval.Reports.Tests.Views;

public sealed class QualityCasesTests
{
    private static MetricRecord Metric(double? value, int trained, int tested, long seed, string suite = "s", string parameters = "length=64", string recipe = "r1") => new(
        "run", $"cell-{trained}-{seed}", new SeriesKey(suite, 1, "parity", parameters, 0, "test", "d", "accuracy", null, "v@tiny", recipe, trained, tested, "float32", 8),
        seed, value, 0.01, 1000, 1000, 0.5, MetricDirection.HigherIsBetter, "1", MetricKind.Binary, null);

    [Fact]
    public void Training_each_T_and_testing_one_checkpoint_are_kept_apart()
    {
        var item = Assert.Single(QualityCases.Of([Metric(0.9, 2, 1, 1), Metric(0.95, 2, 2, 1), Metric(0.8, 1, 1, 1)]));
        Assert.Equal([(1, 1), (2, 2)], item.AtTrainedLoopCount.Select(point => (point.TrainedLoopCount, point.TestedLoopCount)));
        Assert.Equal(3, item.Points.Length);
    }

    [Fact]
    public void Seeds_of_one_point_are_averaged_and_each_is_kept()
    {
        var point = Assert.Single(Assert.Single(QualityCases.Of([Metric(0.9, 2, 2, 1), Metric(0.8, 2, 2, 2), Metric(0.7, 2, 2, 3)])).Points);
        Assert.Equal(0.8, point.Mean.Value, 12);
        Assert.Equal([0.9, 0.8, 0.7], point.Seeds.Select(seed => seed.Estimate.Value));
        // t(2, 0.975) = 4.302653, s = 0.1: half width 4.302653 * 0.1 / sqrt(3); the upper end is cut at 1.
        Assert.Equal(0.8 - (4.302653 * 0.1 / Math.Sqrt(3)), point.Mean.Low!.Value, 6);
        Assert.Equal(1, point.Mean.High!.Value);
    }

    [Fact]
    public void Two_seeds_show_the_pooled_sampling_interval()
    {
        var one = Assert.Single(Assert.Single(QualityCases.Of([Metric(0.8, 2, 2, 1)])).Points).Mean;
        var two = Assert.Single(Assert.Single(QualityCases.Of([Metric(0.8, 2, 2, 1), Metric(0.8, 2, 2, 2)])).Points).Mean;
        Assert.Equal((one.High!.Value - one.Low!.Value) / Math.Sqrt(2), two.High!.Value - two.Low!.Value, 9);
    }

    [Fact]
    public void Two_recipes_of_one_variant_are_two_lines()
    {
        var item = Assert.Single(QualityCases.Of([Metric(0.9, 2, 2, 1, recipe: "aaaaaaaa"), Metric(0.8, 2, 2, 1, recipe: "bbbbbbbb")]));
        Assert.Equal(["v@tiny recipe aaaaaa", "v@tiny recipe bbbbbb"], item.Points.Select(point => point.Line));
    }

    [Fact]
    public void Times_and_failed_values_are_no_quality() =>
        Assert.Empty(QualityCases.Of([Metric(1, 1, 1, 1, suite: "timing"), Metric(null, 1, 1, 1)]));

    [Fact]
    public void Cases_are_sorted_by_number_and_not_by_letter() =>
        Assert.Equal(["length=64", "length=128", "length=1024"],
            QualityCases.Of([Metric(1, 1, 1, 1, parameters: "length=1024"), Metric(1, 1, 1, 1, parameters: "length=128"), Metric(1, 1, 1, 1)]).Select(item => item.CaseParameters));
}
