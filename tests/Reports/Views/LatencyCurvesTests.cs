using LT2.Eval.Reports.Charts;
using LT2.Eval.Reports.Views;
using LT2.Eval.Results.Records;

namespace LT2.Eval.Reports.Tests.Views;

public sealed class LatencyCurvesTests
{
    private static CellRecord Cell(string id, string variant) => new(
        "run", id, CellKind.Time, id, "{}", CellOutcome.Finished, null, variant, null, 1, DateTimeOffset.UnixEpoch, 1);

    private static IEnumerable<TimingBlockRecord> Blocks(string cell, Func<int, double> milliseconds, params int[] lengths) =>
        lengths.Select(length => new TimingBlockRecord(cell, "prefill", length, 1, 1, 0, 0, 10, milliseconds(length)));

    private static LatencyCurve Curve(Func<int, double> milliseconds, params int[] lengths) =>
        Assert.Single(LatencyCurves.Of([Cell("c", "v")], [.. Blocks("c", milliseconds, lengths)]));

    [Fact]
    public void A_quadratic_cost_has_slope_two() =>
        Assert.Equal(2, Curve(length => 3e-6 * length * length, 128, 256, 512, 1024).Slope!.Exponent.Value, 9);

    [Fact]
    public void The_slope_is_fitted_over_the_four_largest_lengths()
    {
        var slope = Curve(length => Math.Max(10, length * 0.01), 128, 256, 512, 1024, 2048, 4096, 8192).Slope!;
        Assert.Equal((1024, 8192, 4), (slope.FromLength, slope.ToLength, slope.PointCount));
    }

    [Fact]
    public void Two_lengths_have_a_local_slope_and_no_fit()
    {
        var curve = Curve(length => length, 100, 200);
        Assert.Null(curve.Slope);
        Assert.Equal(1, Assert.Single(curve.LocalSlopes).Exponent, 9);
    }

    [Fact]
    public void The_median_of_processes_is_shown_and_tainted_blocks_are_left_out()
    {
        TimingBlockRecord Block(int process, int block, double value, bool tainted = false) => new("c", "prefill", 128, 1, 1, process, block, 10, value, tainted);
        var point = Assert.Single(Assert.Single(LatencyCurves.Of([Cell("c", "v")],
            [Block(0, 0, 1), Block(0, 1, 1), Block(0, 2, 1), Block(1, 0, 2), Block(2, 0, 9), Block(2, 1, 100, tainted: true)])).Points);
        Assert.Equal(2, point.MedianMilliseconds);
        Assert.Equal((5, 3, 1), (point.BlockCount, point.ProcessCount, point.TaintedCount));
    }

    [Fact]
    public void Prefill_counts_every_token_and_decode_one_a_sequence()
    {
        var point = new LatencyPoint(1000, 10, 10, 10, 1, 1, 0);
        Assert.Equal(200_000, new LatencyCurve("v", "prefill", 1, 2, [point], null).TokensPerSecond(point));
        Assert.Equal(200, new LatencyCurve("v", "decode", 1, 2, [point], null).TokensPerSecond(point));
    }

    [Fact]
    public void Curves_cross_where_their_ratio_is_one()
    {
        LatencyCurve[] curves = [.. LatencyCurves.Of([Cell("a", "full"), Cell("b", "linear")],
            [.. Blocks("a", length => length * length / 1000.0, 250, 500, 1000, 2000), .. Blocks("b", length => length, 250, 500, 1000, 2000)])];
        var cross = Crossover.Between(curves[0], curves[1])!;
        Assert.Equal(("linear", "full"), (cross.Faster, cross.Slower));
        Assert.Equal(1000, cross.Length!.Value, 6);
        Assert.Equal(2, cross.RatioAtLargest, 9);
    }

    [Fact]
    public void A_variant_that_is_faster_everywhere_has_no_crossing_length()
    {
        LatencyCurve[] curves = [.. LatencyCurves.Of([Cell("a", "x"), Cell("b", "y")], [.. Blocks("a", _ => 1, 10, 20), .. Blocks("b", _ => 2, 10, 20)])];
        Assert.Null(Crossover.Between(curves[0], curves[1])!.Length);
    }

    [Fact]
    public void Times_under_load_are_called_so_and_keep_their_points()
    {
        TimingBlockRecord[] blocks = [.. Enumerable.Range(0, 10).Select(block => new TimingBlockRecord("cell", "prefill", 64, 1, 1, 0, block, 10, 5, true) with { ThrottleReason = "other programs" })];

        Assert.Equal(
            "Read these times with caution: 10 of 10 timed blocks ran under throttling or load (the first: other programs).", LatencyText.Tainted(blocks));
        Assert.Null(LatencyText.Tainted([.. blocks.Select((block, index) => block with { IsTainted = index == 0 })]));
        var point = Assert.Single(Assert.Single(LatencyCurves.Of([], blocks)).Points);
        Assert.Equal((5.0, 10, 10), (point.MedianMilliseconds, point.BlockCount, point.TaintedCount));
    }
}
