using LT2.Eval.Results.Gating;
using LT2.Eval.Results.Records;

namespace LT2.Eval.Results.Tests.Gating;

public sealed class CheckpointGateTests : IDisposable
{
    private static readonly SeriesKey Time = Examples.TimeKey();

    private static readonly SeriesKey Memory = Time with { Metric = "peak_memory" };

    private readonly Nights _nights = new();

    [Fact]
    public async Task Equal_answers_and_equal_times_pass()
    {
        var report = await Judge(_nights.Add(0), _nights.Add(1, weights: "w2"), new Nights.Runner(1));

        Assert.Equal(GateVerdict.Pass, report.Verdict);
        Assert.Contains("none is worse than the baseline checkpoint", report.Summary, StringComparison.Ordinal);
        Assert.Contains(report.Findings, finding => finding is { Family: "latency", Status: FindingStatus.Cleared });
    }

    [Fact]
    public async Task A_slower_checkpoint_is_a_regression_without_any_history()
    {
        var report = await Judge(_nights.Add(0), _nights.Add(1, weights: "w2"), new Nights.Runner(1.1));

        Assert.Equal(GateVerdict.Regressed, report.Verdict);
        Assert.Equal(Time, Assert.Single(report.Findings, finding => finding.Status == FindingStatus.Blocking).Key);
    }

    [Fact]
    public async Task A_checkpoint_that_answers_worse_is_a_regression()
    {
        var report = await Judge(_nights.Add(0), _nights.Add(1, weights: "w2", flipped: Enumerable.Range(0, 200).Where(i => i % 4 != 0).ToHashSet()), new Nights.Runner(1));

        Assert.Equal(GateVerdict.Regressed, report.Verdict);
        Assert.Equal("quality", Assert.Single(report.Findings, finding => finding.Status == FindingStatus.Blocking).Family);
    }

    [Theory]
    [InlineData(1.05e9, FindingStatus.Cleared)]
    [InlineData(1.1e9, FindingStatus.Blocking)]
    [InlineData(0.9e9, FindingStatus.Improved)]
    public async Task Peak_memory_moves_by_the_floor_or_not_at_all(double bytes, FindingStatus expected)
    {
        var report = await Judge(_nights.Add(0), _nights.Add(1, weights: "w2"), new TwoProbes(bytes));

        Assert.Equal(expected, Assert.Single(report.Findings, finding => finding.Family == "memory").Status);
    }

    [Fact]
    public async Task What_cannot_be_measured_is_never_a_pass()
    {
        var report = await Judge(_nights.Add(0), _nights.Add(1, weights: "w2"), new Nothing());

        Assert.Equal(GateVerdict.Inconclusive, report.Verdict);
        Assert.Equal(["latency", "memory"], report.Findings.Where(finding => finding.Status == FindingStatus.Undecided).Select(finding => finding.Family));
    }

    [Fact]
    public async Task A_test_that_one_side_alone_answered_is_never_a_pass()
    {
        var report = await Judge(_nights.Add(0), _nights.Add(1, weights: "w2", withScore: false), new Nights.Runner(1));

        Assert.Equal(GateVerdict.Inconclusive, report.Verdict);
        Assert.Contains(report.Findings, finding => finding is { Layer: "missing", Status: FindingStatus.Undecided } && finding.Message.StartsWith("Only the baseline has it", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_cell_that_ran_out_of_memory_is_never_a_pass()
    {
        var report = await Judge(_nights.Add(0), _nights.Add(1, weights: "w2", isFailed: true), new Nights.Runner(1));

        Assert.Equal(GateVerdict.Inconclusive, report.Verdict);
    }

    public void Dispose() => _nights.Dispose();

    private Task<GateReport> Judge(string baseline, string candidate, IConfirmationRunner runner) => CheckpointGate.EvaluateAsync(
        new(_nights.Store, baseline), new(_nights.Store, candidate), _nights.Pin(baseline), [Time], runner is Nights.Runner ? [] : [Memory], runner,
        cancellation: TestContext.Current.CancellationToken);

    private sealed class TwoProbes(double bytes) : IConfirmationRunner
    {
        public Task<IReadOnlyList<ConfirmationPair>?> MeasureAsync(SeriesKey key, int pairs, CancellationToken cancellation) => key.Metric == "peak_memory"
            ? Task.FromResult<IReadOnlyList<ConfirmationPair>?>([.. Enumerable.Range(0, pairs).Select(i => new ConfirmationPair(1e9, bytes))])
            : new Nights.Runner(1).MeasureAsync(key, pairs, cancellation);
    }

    private sealed class Nothing : IConfirmationRunner
    {
        public Task<IReadOnlyList<ConfirmationPair>?> MeasureAsync(SeriesKey key, int pairs, CancellationToken cancellation) =>
            Task.FromResult<IReadOnlyList<ConfirmationPair>?>(null);
    }
}
