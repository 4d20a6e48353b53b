using LT2.Eval.Reports.Input;
using LT2.Eval.Reports.Tests.Samples;
using LT2.Eval.Reports.Views;
using LT2.Eval.Results.Records;

namespace LT2.Eval.Reports.Tests.Views;

public sealed class RunBannerTests
{
    private static Banner Of(RunData run) => RunBanner.Of(new ReportModel(ReportInput.Of(run)));

    private static RunData With(RunData run, CellOutcome outcome) => run with
    {
        Cells = [.. run.Cells.Where(cell => cell.Outcome == CellOutcome.Finished), run.Cells[0] with { CellId = "x", Outcome = outcome, Reason = "because" }],
    };

    [Fact]
    public void A_whole_run_is_complete()
    {
        var run = SampleRun.Create();
        Assert.Equal("COMPLETE", Of(run with { Cells = [.. run.Cells.Where(cell => cell.Outcome == CellOutcome.Finished)] }).Word);
    }

    [Theory]
    [InlineData(CellOutcome.Failed, "CELLS FAILED")]
    [InlineData(CellOutcome.OutOfMemory, "INCOMPLETE")]
    [InlineData(CellOutcome.Diverged, "INCOMPLETE")]
    public void A_cell_without_a_result_is_told_with_its_reason(CellOutcome outcome, string word)
    {
        var banner = Of(With(SampleRun.Create(), outcome));
        Assert.Equal(word, banner.Word);
        Assert.Contains("because", banner.Sentence, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(RunStatus.Running, "NOT FINISHED")]
    [InlineData(RunStatus.Interrupted, "INTERRUPTED")]
    [InlineData(RunStatus.Failed, "RUN FAILED")]
    public void A_run_that_did_not_end_is_never_called_complete(RunStatus status, string word)
    {
        var run = SampleRun.Create();
        Assert.Equal(word, Of(run with { Run = run.Run with { Status = status } }).Word);
    }

    [Fact]
    public void A_run_that_is_surely_worse_than_its_reference_is_regressed()
    {
        var banner = RunBanner.Of(new ReportModel(SampleInputs.Full()));
        Assert.Equal(("REGRESSED", "bad"), (banner.Word, banner.Kind));
    }
}
