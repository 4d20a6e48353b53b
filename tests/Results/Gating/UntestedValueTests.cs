using LT2.Eval.Results.Gating;
using LT2.Eval.Results.Records;

namespace LT2.Eval.Results.Tests.Gating;

/// <summary>What the gate says of values that no test can judge.</summary>
public sealed class UntestedValueTests : IDisposable
{
    private readonly Nights _nights = new(isQuiet: true);

    [Theory]
    [InlineData(2.0, FindingStatus.Undecided, GateVerdict.Inconclusive)]
    [InlineData(1.00001, FindingStatus.Notice, GateVerdict.Pass)]
    [InlineData(0.5, FindingStatus.Notice, GateVerdict.Pass)]
    public async Task A_loss_of_the_same_weights_that_changed_is_an_event_of_the_numerics(double factor, FindingStatus status, GateVerdict verdict)
    {
        var report = await JudgeLossAsync("w1", "w1", factor);

        var finding = Assert.Single(report.Findings, finding => finding.Layer == "numerics");
        Assert.Equal((status, verdict), (finding.Status, report.Verdict));
        Assert.Contains("with the same weights: 2 → ", finding.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_loss_of_other_weights_that_rose_is_named_without_a_verdict()
    {
        var report = await JudgeLossAsync("w1", "w2", 2);

        var finding = Assert.Single(report.Findings, finding => finding.Layer == "untested");
        Assert.Equal((FindingStatus.Notice, GateVerdict.Pass), (finding.Status, report.Verdict));
        Assert.Contains("2 → 4", finding.Message, StringComparison.Ordinal);
        Assert.DoesNotContain((await JudgeLossAsync("w1", "w2", 0.5, night: 22)).Findings, finding => finding.Layer == "untested");
    }

    [Fact]
    public async Task Too_few_clusters_for_any_significant_change_are_named()
    {
        using var nights = new Nights();
        for (var night = 0; night < 17; night++)
            nights.Add(night, samples: 16, cluster: "c");

        var report = await nights.JudgeAsync(
            nights.Add(17, samples: 16, cluster: "c", weights: "w2", flipped: new HashSet<int> { 1, 2, 5, 6, 9, 10, 13, 14 }), nights.Pin("night-016"), new Nights.Runner(1));

        Assert.Contains("fewer than 6 clusters", Assert.Single(report.Findings, finding => finding.Layer == "untested").Message, StringComparison.Ordinal);
    }

    [Fact]
    public void The_times_of_a_night_under_load_are_doubtful_as_a_pin()
    {
        Assert.Empty(PinFile.Doubts(_nights.Store, _nights.Add(20)));
        Assert.Contains("throttling or load", Assert.Single(PinFile.Doubts(_nights.Store, _nights.Add(21, taintedShare: 0.5))), StringComparison.Ordinal);
    }

    public void Dispose() => _nights.Dispose();

    private Task<GateReport> JudgeLossAsync(string before, string after, double factor, int night = 20)
    {
        var (pin, run) = (_nights.Add(night), _nights.Add(night + 1));
        foreach (var (id, weights, value) in new[] { (pin, before, 2), (run, after, 2 * factor) })
        {
            var loss = Examples.Metric(id, "trained", Examples.Key("validation_loss") with { SuiteId = "training" }, value, null) with
            {
                Kind = MetricKind.Continuous, PracticalFloor = null, Direction = MetricDirection.LowerIsBetter,
            };
            _nights.Store.WriteCell(new(Examples.Cell(id, "trained", CellKind.Train) with { CheckpointHash = weights }, [loss], [], [], [], []));
        }
        return _nights.JudgeAsync(run, _nights.Pin(pin), new Nights.Runner(1));
    }
}
