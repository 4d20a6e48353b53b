using LT2.Eval.Reports.Charts;
using LT2.Eval.Reports.Input;
using LT2.Eval.Reports.Tests.Samples;
using LT2.Eval.Reports.Views;

namespace LT2.Eval.Reports.Tests.Charts;

public sealed class LoopLatencyTextTests
{
    private static readonly RunData Run = SampleRun.Create();

    private static string NotDrawn(RunData run)
    {
        var model = new ReportModel(ReportInput.Of(run));
        return LoopLatencyText.NotDrawn(model.Latency, model.LoopLatency);
    }

    [Fact]
    public void A_model_that_was_timed_at_one_loop_count_is_named_on_the_page()
    {
        const string words = "Not drawn, timed at one loop count only: transformer@tiny (decode, prefill).";
        Assert.Equal(words, NotDrawn(Run));
        using var site = new WrittenSite(ReportInput.Of(Run));
        Assert.Contains(words, site.Read("loops.html"), StringComparison.Ordinal);
    }

    [Fact]
    public void Models_without_a_length_in_common_are_named_with_that_reason()
    {
        var cells = Run.Cells.Where(cell => cell.VariantId == "lt2-gdn@tiny").Select(cell => cell.CellId).ToHashSet();
        var run = Run with { TimingBlocks = [.. Run.TimingBlocks.Where(block => block.Phase == "decode").Select(block => cells.Contains(block.CellId) ? block with { SequenceLength = block.SequenceLength + 1 } : block)] };
        Assert.EndsWith("Not drawn, timed at no length that the others have too: looped-full@tiny (decode); lt2-gdn@tiny (decode).", NotDrawn(run), StringComparison.Ordinal);
    }

    [Fact]
    public void Nothing_is_said_where_every_model_is_drawn()
    {
        var looped = Run.Cells.Where(cell => cell.VariantId != "transformer@tiny").Select(cell => cell.CellId).ToHashSet();
        Assert.Equal("", NotDrawn(Run with { TimingBlocks = [.. Run.TimingBlocks.Where(block => looped.Contains(block.CellId))] }));
    }
}
