using LT2.Eval.Results.Statistics;

namespace LT2.Eval.Results.Tests.Statistics;

public sealed class SeriesAndFitTests
{
    [Theory]
    [InlineData(20)]
    [InlineData(33)]
    public void A_planted_step_is_found_where_it_is(int step)
    {
        var generator = new SeededGenerator(5);
        var series = Enumerable.Range(0, 60).Select(i => (i < step ? 0 : 0.05) + (0.01 * generator.NextNormal())).ToList();

        var point = Assert.Single(EDivisive.Find(series, minimumMagnitude: 0.01));

        Assert.InRange(point.Index, step - 1, step + 1);
        Assert.Equal(0.05, point.After - point.Before, 0.01);
        Assert.True(point.PValue < 1e-6);
    }

    [Fact]
    public void Two_steps_that_cancel_each_other_are_both_found()
    {
        var generator = new SeededGenerator(6);
        var series = Enumerable.Range(0, 90).Select(i => (i is >= 30 and < 60 ? 0.05 : 0) + (0.01 * generator.NextNormal())).ToList();

        Assert.Equal([30, 60], EDivisive.Find(series, minimumMagnitude: 0.01).Select(point => point.Index));
    }

    [Fact]
    public void Quiet_series_rarely_have_change_points()
    {
        var found = Enumerable.Range(0, 100).Sum(seed =>
        {
            var generator = new SeededGenerator((ulong)seed);
            return EDivisive.Find([.. Enumerable.Range(0, 60).Select(_ => 0.01 * generator.NextNormal())], minimumMagnitude: 0.01).Count;
        });

        Assert.InRange(found, 0, 3);
    }

    [Fact]
    public void A_step_below_the_smallest_magnitude_is_left_out()
    {
        var series = Enumerable.Range(0, 40).Select(i => (i < 20 ? 0 : 0.005) + (i % 2 * 0.0001)).ToList();

        Assert.Empty(EDivisive.Find(series, minimumMagnitude: 0.01));
        Assert.Single(EDivisive.Find(series, minimumMagnitude: 0.001));
    }

    [Fact]
    public void Short_series_have_no_change_points() => Assert.Empty(EDivisive.Find([1, 1, 1, 9, 9, 9, 9]));

    // y = 3·x²: every slope is 2 and the intercept ln 3.
    [Fact]
    public void All_slopes_of_an_exact_power_law_are_its_exponent()
    {
        var points = new[] { 256.0, 512, 1024, 4096 }.Select(x => (x, 3 * x * x)).ToList();

        Assert.Equal(2, LogLogSlope.LeastSquares(points).Slope, 10);
        Assert.Equal(Math.Log(3), LogLogSlope.LeastSquares(points).LogIntercept, 8);
        Assert.Equal(2, LogLogSlope.TheilSen(points).Slope, 10);
        Assert.All(LogLogSlope.Local(points), local => Assert.Equal(2, local.Slope, 10));
    }

    // A linear cost whose fixed part equals the time at 2,048 shows slope 0.62 over 256…65,536 and 0.94 on the top three lengths.
    [Fact]
    public void A_fixed_cost_bends_the_slope_as_the_reference_table_says_and_the_fit_sees_it()
    {
        var points = Enumerable.Range(8, 9).Select(k => Math.Pow(2, k)).Select(n => (n, 2048 + n)).ToList();

        Assert.Equal(0.62, LogLogSlope.LeastSquares(points).Slope, 2);
        Assert.Equal(0.94, LogLogSlope.LeastSquares(points[^3..]).Slope, 2);
        var fit = QuadraticCostFit.Of(points);
        Assert.Equal(2048, fit.Constant, 1e-5);
        Assert.Equal(1, fit.Linear, 1e-9);
        Assert.Equal(0, fit.Quadratic, 1e-12);
        Assert.Equal(3048, fit.At(1000), 1e-5);
    }

    [Fact]
    public void A_half_quadratic_cost_is_split_into_its_parts()
    {
        var points = Enumerable.Range(8, 9).Select(k => Math.Pow(2, k)).Select(n => (n, n + (n * n / 4096))).ToList();

        var fit = QuadraticCostFit.Of(points);

        Assert.Equal(1, fit.Linear, 1e-6);
        Assert.Equal(1.0 / 4096, fit.Quadratic, 1e-9);
    }

    [Fact]
    public void Coefficients_are_never_below_zero()
    {
        var fit = QuadraticCostFit.Of([(1, 10), (2, 6), (3, 5), (4, 5)]); // least squares alone would take a falling line

        Assert.True(fit.Constant >= 0 && fit.Linear >= 0 && fit.Quadratic >= 0);
    }

    [Fact]
    public void The_slopes_interval_covers_the_truth_at_its_level()
    {
        var covered = Enumerable.Range(0, 1000).Count(seed =>
        {
            var generator = new SeededGenerator((ulong)seed);
            var points = Enumerable.Range(9, 4).Select(k => (Math.Pow(2, k), Math.Exp(k * Math.Log(2) + (0.01 * generator.NextNormal())))).ToList();
            return LogLogSlope.LeastSquares(points).Interval!.Value.Contains(1);
        });

        Assert.InRange(covered, 930, 970); // 950 ± 2.9 binomial standard deviations
    }

    [Theory]
    [InlineData(0.0)]
    [InlineData(double.NaN)]
    public void A_time_that_is_no_time_is_refused(double y) =>
        Assert.Throws<ArgumentException>(() => LogLogSlope.LeastSquares([(1, 1), (2, y)]));
}
