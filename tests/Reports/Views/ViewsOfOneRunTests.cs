using LT2.Eval.Reports.Charts;
using LT2.Eval.Reports.Input;
using LT2.Eval.Reports.Tests.Samples;
using LT2.Eval.Reports.Views;
using LT2.Eval.Results.Records;

namespace LT2.Eval.Reports.Tests.Views;

public sealed class ViewsOfOneRunTests
{
    private static readonly ReportModel Model = new(SampleInputs.Full());

    [Fact]
    public void Nothing_on_the_frontier_is_beaten_in_both_and_everything_else_is()
    {
        var item = Model.Quality.First(item => item.TaskId == "mqar");
        var cost = Costs.Of(Model).First();
        var points = FrontierPoint.Of(item, cost);
        Assert.Contains(points, point => point.IsDominated);
        foreach (var point in points)
        {
            var beaten = points.Any(other => other.Cost.Value <= point.Cost.Value && other.Point.Mean.Value >= point.Point.Mean.Value
                && (other.Cost.Value < point.Cost.Value || other.Point.Mean.Value > point.Point.Mean.Value));
            Assert.Equal(beaten, point.IsDominated);
        }
    }

    [Fact]
    public void Early_exit_is_a_line_a_measurement_over_rising_thresholds_and_no_quality_case()
    {
        Assert.Equal(["mean_loops", "nat_per_token"], Model.Exits.Select(line => line.Metric));
        var loss = Model.Exits[1];
        Assert.Equal([0.5, 0.9, 1.1], loss.Points.Select(point => point.Threshold));
        Assert.Equal(2 - 0.21 + 0.02, loss.Points[0].Estimate.Value, 1e-9);
        Assert.InRange(loss.Points[0].Estimate.Low!.Value, 1.7, loss.Points[0].Estimate.Value);
        Assert.DoesNotContain(Model.Quality, item => item.SuiteId == "early-exit");
    }

    [Fact]
    public void Costs_are_latency_by_phase_and_recorded_memory() =>
        Assert.Equal(["decode latency at n = 4,096, batch 1", "prefill latency at n = 4,096, batch 1", "peak memory, prefill at n = 4,096"], Costs.Of(Model).Select(cost => cost.Name));

    [Fact]
    public void A_loss_is_no_cost_and_operations_are()
    {
        var run = SampleRun.Create();
        var timed = run.Metrics.First(metric => metric.Key is { SuiteId: "timing", TestedLoopCount: not null, SequenceLength: not null });
        MetricRecord Added(string suite, string metric, string unit) => timed with
        {
            Key = timed.Key with { SuiteId = suite, Metric = metric }, Value = 7, Unit = unit, Kind = MetricKind.Continuous, Direction = MetricDirection.LowerIsBetter,
        };
        var costs = Costs.Of(new ReportModel(ReportInput.Of(run with { Metrics = [.. run.Metrics, Added("training", "validation_loss", "nat/token"), Added("timing", "flops_per_token", "FLOP/token")] })));
        Assert.DoesNotContain(costs, cost => cost.Name.Contains("loss", StringComparison.Ordinal));
        Assert.Equal(7, Assert.Single(costs, cost => cost.Unit == "FLOP/token").Of(timed.Key.VariantId, timed.Key.TestedLoopCount!.Value)!.Value);
    }

    [Fact]
    public void What_models_were_trained_on_comes_from_their_cells()
    {
        CellRecord Train(string variant, int loops, string definition) => new(
            "run", $"{variant}{loops}", CellKind.Train, "train", definition, CellOutcome.Finished, null, variant, 1, loops, DateTimeOffset.UnixEpoch, 1);
        const string s3 = """{"case":{"task":"s3","parameters":{"elements":"all","length":"8"}}}""";

        var table = TrainedOnTable.Of([Train("a", 4, s3), Train("a", 1, s3), Train("b", 2, "{}"), Train("c", 2, "no JSON")]);

        Assert.Equal(["a", "1, 4", "s3, elements all, length 8"], Assert.Single(table.Rows));
    }

    [Fact]
    public void A_length_grid_has_lengths_down_and_loop_counts_across()
    {
        var grid = Model.LengthGrids.First(grid => grid.Case.TaskId == "parity" && grid.Title.Contains("lt2-gdn", StringComparison.Ordinal));
        Assert.Equal([16, 256], grid.Rows);
        Assert.Equal([1, 2, 3, 4, 6], grid.Columns);
        Assert.All(grid.Values, row => Assert.All(row, value => Assert.NotNull(value)));
    }

    [Fact]
    public void A_recall_grid_has_pairs_down_and_lengths_across()
    {
        var grid = Model.RecallGrids[0];
        Assert.Equal([4, 16], grid.Rows);
        Assert.Equal([64, 256], grid.Columns);
    }

    [Fact]
    public void The_plateau_is_the_smallest_loop_count_within_the_margin_of_the_best()
    {
        foreach (var item in Model.Quality)
        {
            foreach (var plateau in Plateau.Of(item))
            {
                var margin = item.IsShare ? Plateau.Margin : Plateau.Margin * Math.Abs(plateau.Best);
                Assert.True(Math.Abs(plateau.Best - plateau.Value) <= margin);
                Assert.DoesNotContain(
                    item.Points.Where(point => point.Line == plateau.Line && point.TrainedLoopCount == plateau.TrainedLoopCount && point.TestedLoopCount < plateau.PlateauLoopCount),
                    point => Math.Abs(plateau.Best - point.Mean.Value) <= margin);
            }
        }
    }

    [Fact]
    public void Train_cells_that_differ_in_their_seed_are_one_group()
    {
        var group = Model.Training.First(group => group.VariantId == "lt2-gdn@tiny" && group.TrainedLoopCount == 3);
        Assert.Equal([1L, 2L, 3L], group.Curves.Select(curve => curve.Cell.Seed!.Value));
        Assert.DoesNotContain("seed", group.Title, StringComparison.Ordinal);
    }

    [Fact]
    public void Long_training_curves_are_thinned_and_keep_both_ends()
    {
        var run = SampleRun.Create();
        var cell = run.Cells.First(cell => cell.Kind == CellKind.Train);
        var points = Enumerable.Range(1, 5000).Select(step => new TrainingPointRecord(cell.CellId, step, step, 1, 1, 1, [])).ToArray();
        var thinned = Assert.Single(Assert.Single(TrainingGroup.Of(run with { Cells = [cell], TrainingPoints = points })).Curves).Points;
        Assert.Equal((TrainingGroup.MostPoints, 1, 5000), (thinned.Length, thinned[0].Step, thinned[^1].Step));
    }

    [Fact]
    public void The_cost_of_a_loop_and_the_fixed_cost_are_fitted()
    {
        var fit = LineFit.Of([(1, 5), (2, 7), (4, 11)])!;
        Assert.Equal((3.0, 2.0), (Math.Round(fit.Intercept.Value, 9), Math.Round(fit.Slope.Value, 9)));
        Assert.Null(LineFit.Of([(2, 7)]));
    }

    [Fact]
    public void A_length_that_was_tried_and_failed_is_told()
    {
        var memory = Model.Memory.First(curve => curve is { Phase: "prefill", VariantId: "looped-full@tiny" });
        Assert.Equal((4096, 16_384), (memory.LongestTimed, memory.ShortestFailed));
    }

    [Fact]
    public void Models_without_loops_are_references_and_not_points()
    {
        var key = new SeriesKey("perplexity", 1, "austen", "", 0, "test", null, "bits_per_byte", null, "ngram-4", null, null, null, "float64", 1);
        var item = Assert.Single(QualityCases.Of(
            [new MetricRecord("r", "c", key, null, 2.1, null, 10, 10, null, MetricDirection.LowerIsBetter, "bit/byte", MetricKind.Continuous, null)]));
        Assert.Empty(item.Points);
        Assert.Equal("ngram-4", Assert.Single(item.References).Name);
    }

    [Fact]
    public void Titles_name_what_tells_cases_apart() =>
        Assert.Equal("length=64;pairs=4", CaseNames.Shown("filler=random;length=64;pairs=4", ["filler=random;length=64;pairs=4", "filler=random;length=128;pairs=4"]));

    [Fact]
    public void The_stages_of_a_curriculum_do_not_lengthen_the_names_of_each()
    {
        string[] cases = ["stages=4,8", "labels=all;size=4", "labels=all;size=8"];
        Assert.Equal(["stages=4,8", "size=4", "size=8"], cases.Select(item => CaseNames.Shown(item, cases)));
    }

    [Fact]
    public void A_length_that_is_stated_twice_is_shown_once() =>
        Assert.Equal("length=64", CaseNames.Shown("length=64;minimumLength=64", ["length=64;minimumLength=64", "length=128;minimumLength=128"]));
}
