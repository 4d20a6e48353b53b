using LT2.Eval.Reports.Charts;
using LT2.Eval.Reports.Input;
using LT2.Eval.Reports.Tests.Samples;
using LT2.Eval.Reports.Views;
using LT2.Eval.Results.Records;

namespace LT2.Eval.Reports.Tests.Charts;

public sealed class FrontierTextTests
{
    private static readonly RunData Whole = SampleRun.Create();

    private static RunData Without(Func<CellRecord, bool> isLost)
    {
        var lost = Whole.Cells.Where(cell => cell.Kind == CellKind.Time && isLost(cell)).Select(cell => cell.CellId).ToHashSet();
        return Whole with
        {
            Cells = [.. Whole.Cells.Where(cell => !lost.Contains(cell.CellId))], Metrics = [.. Whole.Metrics.Where(metric => !lost.Contains(metric.CellId))],
            TimingBlocks = [.. Whole.TimingBlocks.Where(block => !lost.Contains(block.CellId))],
        };
    }

    private static (ReportModel Model, CostKind Decode) Read(RunData run)
    {
        var model = new ReportModel(ReportInput.Of(run));
        return (model, Costs.Of(model).First(cost => cost.Name.StartsWith("decode", StringComparison.Ordinal)));
    }

    [Fact]
    public void A_variant_without_a_time_cell_is_named()
    {
        var (model, decode) = Read(Without(cell => cell.VariantId == "lt2-gdn@tiny"));
        Assert.Equal("Not drawn: lt2-gdn@tiny at T = 1, 3 (no time cell).", FrontierText.WithoutCost(model.Quality, decode));
    }

    [Fact]
    public void A_loop_count_that_was_not_timed_is_named_and_so_is_a_cell_that_failed()
    {
        var (model, decode) = Read(Without(cell => cell.TrainedLoopCount == 3));
        Assert.Equal(
            "Not drawn: looped-full@tiny at T = 3 (no times; a time cell of it is out of memory); lt2-gdn@tiny at T = 3 (no time cell at this loop count).",
            FrontierText.WithoutCost(model.Quality, decode));
    }

    [Fact]
    public void A_length_that_was_not_reached_is_named()
    {
        var cell = Whole.Cells.Single(cell => cell is { Kind: CellKind.Time, VariantId: "transformer@tiny" }).CellId;
        var (model, decode) = Read(Whole with { TimingBlocks = [.. Whole.TimingBlocks.Select(block => block.CellId == cell ? block with { SequenceLength = 64 } : block)] });
        Assert.Equal("Not drawn: transformer@tiny at T = 1 (not timed at n = 4,096).", FrontierText.WithoutCost(model.Quality, decode));
    }

    [Fact]
    public void A_case_that_too_few_timed_models_have_is_named_and_nothing_is_said_of_whole_ones()
    {
        var (model, decode) = Read(Whole);
        Assert.Equal(("", 0), (FrontierText.WithoutCost(model.Quality, decode), FrontierText.CountWithoutCost(model.Quality, decode)));
        Assert.Empty(FrontierText.WithoutChart(model.Quality, [decode]).Rows);
        var (poor, cost) = Read(Without(cell => cell.VariantId != "transformer@tiny"));
        Assert.Contains(FrontierText.WithoutChart(poor.Quality, [cost]).Rows, row => row is ["parity", "length 16: accuracy; length 256: accuracy", "every cost"]);
        var rows = FrontierText.WithoutChart(poor.Quality, [cost, cost with { Name = "nothing", Of = (_, _) => new Estimate(1, null, null) }]).Rows;
        Assert.Contains(rows, row => row is ["parity", "length 16: accuracy; length 256: accuracy", var against] && against == cost.Name);
    }

    [Fact]
    public void The_page_says_what_it_does_not_draw()
    {
        using var site = new WrittenSite(ReportInput.Of(Without(cell => cell.VariantId == "lt2-gdn@tiny")));
        var html = site.Read("frontier.html");
        Assert.Contains("Not drawn: lt2-gdn@tiny at T = 1, 3 (no time cell).", html, StringComparison.Ordinal);
        Assert.DoesNotContain("Models that are not drawn", html, StringComparison.Ordinal);
    }
}
