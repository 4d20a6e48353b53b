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

    [Theory]
    [InlineData("acc", "1", 0.92, 0.99, 0.96, 1.0, true)] // as curricula of older runs recorded it
    [InlineData("steps_to_pass", "1", 250, 1250, 500, null, true)]
    [InlineData("bits_per_byte", "bit/byte", 0.01, 0.9, 0.2, null, true)]
    [InlineData("score", "1", 0.01, 0.9, 0.2, null, false)] // it may be negative
    public void An_interval_over_seeds_does_not_leave_what_the_values_can_be(string metric, string unit, double first, double second, double third, double? most, bool isCut)
    {
        var records = new[] { first, second, third }.Select((value, seed) => Continuous(metric, unit, value, seed)).ToArray();
        var mean = Assert.Single(Assert.Single(QualityCases.Of(records)).Points).Mean;

        Assert.True(isCut ? mean.Low >= 0 : mean.Low < 0, $"{mean}");
        Assert.True(most is null ? mean.High > third : mean.High <= most, $"{mean}");
    }

    [Fact]
    public void The_interval_of_two_seeds_does_not_leave_it_either()
    {
        var mean = Assert.Single(Assert.Single(QualityCases.Of([Continuous("acc", "1", 0.999, 1) with { StandardError = 0.3 }, Continuous("acc", "1", 0.998, 2) with { StandardError = 0.3 }])).Points).Mean;
        Assert.InRange(mean.Low!.Value, 0, 0.9985);
        Assert.InRange(mean.High!.Value, 0.9985, 1);
    }

    [Fact]
    public void A_mean_says_of_how_many_seeds_it_is_where_values_failed()
    {
        var point = Assert.Single(Assert.Single(QualityCases.Of([Continuous("steps_to_pass", "1", 500, 1), Continuous("steps_to_pass", "1", null, 2), Continuous("steps_to_pass", "1", 700, 3)])).Points);
        Assert.Equal((600, 1), (point.Mean.Value, point.FailedSeeds));
        Assert.EndsWith(" (2 of 3 seeds)", point.Text("1"), StringComparison.Ordinal);
    }

    [Fact]
    public void A_seed_whose_curriculum_did_not_get_so_far_is_counted_too()
    {
        MetricRecord Stage(int size, double? value, long seed)
        {
            var record = Continuous("steps_to_pass", "1", value, seed);
            return record with { CellId = $"curriculum-{seed}", Key = record.Key with { CaseParameters = $"size={size}" } };
        }
        var cases = QualityCases.Of([Stage(2, 500, 1), Stage(2, 600, 2), Stage(4, null, 1), Stage(4, 900, 2), Stage(8, 1000, 2)]);
        Assert.Equal([("size=2", ""), ("size=4", " (1 of 2 seeds)"), ("size=8", " (1 of 2 seeds)")], cases.Select(item => (item.CaseParameters, Assert.Single(item.Points).SeedNote)));
    }

    private static MetricRecord Continuous(string metric, string unit, double? value, long seed)
    {
        var record = Metric(value, 8, 8, seed);
        return record with { Key = record.Key with { Metric = metric }, Kind = MetricKind.Continuous, Unit = unit, Chance = null };
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
