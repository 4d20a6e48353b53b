using LT2.Eval.Reports.Input;
using LT2.Eval.Reports.Tests.Samples;
using LT2.Eval.Reports.Views;
using LT2.Eval.Results.Gating;
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

    [Theory]
    [InlineData("Too noisy. (1 undecided, 12 notices)", "Too noisy. (1 undecided, 12 notices). ")]
    [InlineData("None is worse.", "None is worse. ")]
    public void Counts_of_the_gate_are_a_sentence(string summary, string expected)
    {
        var input = ReportInput.Of(SampleRun.Create());
        var gate = new GateReport(GateVerdict.Pass, summary, [], null, Pin("another"), "run", 1);
        Assert.StartsWith(expected, RunBanner.Of(new ReportModel(input with { Gate = gate })).Sentence, StringComparison.Ordinal);
    }

    [Fact]
    public void Findings_of_a_pin_s_own_run_say_so_and_notices_of_recipes_come_first()
    {
        var input = ReportInput.Of(SampleRun.Create());
        GateFinding[] findings =
        [
            new("latency", "confirm", FindingStatus.Undecided, null, "Not confirmed."),
            .. Enumerable.Range(0, 11).Select(index => new GateFinding("quality", "compare", FindingStatus.Notice, null, $"Leaning worse {index}.")),
            new("quality", "recipe", FindingStatus.Notice, null, "Another learning rate."),
        ];
        using var site = new WrittenSite(input with { Gate = new GateReport(GateVerdict.Inconclusive, "Not confirmed.", findings, null, Pin(input.Run.Run.RunId), input.Run.Run.RunId, 1) });
        var html = site.Read("index.html");

        Assert.Contains($"Measured against run {input.Run.Run.RunId}: this run is the pin itself, accepted", html, StringComparison.Ordinal);
        Assert.Matches(@"(?s)Not confirmed\..*Another learning rate\..*Leaning worse 0\..*<summary>One more finding</summary>.*Leaning worse 10\.", html[html.IndexOf("What the gate found", StringComparison.Ordinal)..]);
    }

    private static PinFile Pin(string runId) => new(1, "plan", "hash", runId, "build", null, null, "reason", "a person", DateTimeOffset.UnixEpoch, null, "digest", []);

    [Fact]
    public void A_verdict_of_the_gate_names_the_series_as_the_pages_do()
    {
        var input = SampleInputs.Full();
        var key = input.Run.Metrics[0].Key with { TaskId = "s3", CaseParameters = "activeTokens=8;length=8;minimumLength=8", Phase = null, Metric = "acc_last", VariantId = "v", TrainedLoopCount = 4, TestedLoopCount = 6 };
        var pin = new PinFile(1, "plan", "hash", "run", "build", null, null, "reason", "a person", DateTimeOffset.UnixEpoch, null, "digest", []);
        var gate = new GateReport(
            GateVerdict.Regressed, $"{SeriesTitle.Of(key)}: Worse: 0.9 → 0.2. (1 blocking)", [new GateFinding("quality", "compare", FindingStatus.Blocking, key, "Worse: 0.9 → 0.2.")], null, pin, "run", 1);

        var banner = RunBanner.Of(new ReportModel(input with { Gate = gate }));

        Assert.StartsWith("s3, length 8: acc last, v, T = 4, T′ = 6: Worse: 0.9 → 0.2. (1 blocking)", banner.Sentence, StringComparison.Ordinal);
    }
}
