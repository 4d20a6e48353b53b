using LT2.Eval.Results.Gating;
using LT2.Eval.Results.Records;

namespace LT2.Eval.Results.Tests.Gating;

public sealed class GateDecisionTests : IDisposable
{
    private readonly Nights _nights = new(isQuiet: true);
    private readonly TemporaryFolder _folder = new();
    private readonly PinFile _pin;

    public GateDecisionTests() => _pin = _nights.Pin("night-019");

    private string Path => _folder.File("gates/night.json");

    [Fact]
    public async Task A_kept_decision_is_read_as_it_was_made()
    {
        var report = await _nights.JudgeAsync(_nights.Add(20, slowdown: 1.1), _pin, new Nights.Runner(1.1));

        GateDecision.Write(report, Path);
        var read = GateDecision.Read(Path, _pin)!;

        Assert.Equal((report.Verdict, report.Summary, report.CandidateRunId, report.CheckedSeries), (read.Verdict, read.Summary, read.CandidateRunId, read.CheckedSeries));
        Assert.Equal(report.Findings, read.Findings);
    }

    [Fact]
    public async Task A_decision_against_another_pin_is_not_read()
    {
        GateDecision.Write(await _nights.JudgeAsync(_nights.Add(20), _pin, new Nights.Runner(1)), Path);

        Assert.Null(GateDecision.Read(Path, _pin with { RunId = "night-018" }));
        Assert.Null(GateDecision.Read(Path, _pin with { PinnedUtc = _pin.PinnedUtc.AddDays(1) }));
        Assert.Null(GateDecision.Read(_folder.File("none.json"), _pin));
    }

    [Fact]
    public void A_damaged_file_is_an_error_with_advice()
    {
        Directory.CreateDirectory(System.IO.Path.GetDirectoryName(Path)!);
        File.WriteAllText(Path, "{\"schemaVersion\": 1");

        Assert.Contains("lt2 gate", Assert.Throws<ResultsException>(() => GateDecision.Read(Path, _pin)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Pairs_that_scatter_too_much_clear_nobody()
    {
        LatencySeries[] series = [new(Examples.TimeKey(), [0, 0], null)];

        var noisy = Assert.Single(await LatencyGate.EvaluateAsync(series, new Scatter(1.0), new GateOptions(), TestContext.Current.CancellationToken));
        var quiet = Assert.Single(await LatencyGate.EvaluateAsync(series, new Scatter(0.01), new GateOptions(), TestContext.Current.CancellationToken));

        Assert.Equal((FindingStatus.Undecided, FindingStatus.Cleared), (noisy.Status, quiet.Status));
        Assert.Contains("Too noisy to clear", noisy.Message, StringComparison.Ordinal);
    }

    private sealed class Scatter(double width) : IConfirmationRunner
    {
        public Task<IReadOnlyList<ConfirmationPair>?> MeasureAsync(SeriesKey key, int pairs, CancellationToken cancellation) =>
            Task.FromResult<IReadOnlyList<ConfirmationPair>?>([.. Enumerable.Range(0, pairs).Select(i => new ConfirmationPair(1, Math.Exp(i % 2 == 0 ? width : -width)))]);
    }

    [Fact]
    public async Task Times_of_first_nights_without_a_baseline_build_are_one_finding()
    {
        LatencySeries[] series = [new(Examples.TimeKey(), [0, 0], null), new(Examples.TimeKey() with { SequenceLength = 512 }, [0, 0], null)];

        var finding = Assert.Single(await LatencyGate.EvaluateAsync(series, null, new GateOptions(), TestContext.Current.CancellationToken));

        Assert.Equal((FindingStatus.Undecided, null), (finding.Status, finding.Key));
        Assert.Contains("2 times have only 1 earlier night ", finding.Message, StringComparison.Ordinal);
    }

    public void Dispose()
    {
        _nights.Dispose();
        _folder.Dispose();
    }
}
