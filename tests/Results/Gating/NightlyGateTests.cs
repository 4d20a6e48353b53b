using LT2.Eval.Results.Gating;
using LT2.Eval.Results.Records;

namespace LT2.Eval.Results.Tests.Gating;

public sealed class NightlyGateTests : IDisposable
{
    private readonly Nights _nights = new(isQuiet: true);
    private readonly PinFile _pin;

    public NightlyGateTests() => _pin = _nights.Pin("night-019");

    [Fact]
    public async Task A_quiet_night_passes()
    {
        var report = await _nights.JudgeAsync(_nights.Add(20), _pin, new Nights.Runner(1));

        Assert.Equal((GateVerdict.Pass, 0), (report.Verdict, report.ExitCode));
        Assert.Equal(0, report.Comparison!.Rows.Single(row => row.Key.Metric == "acc").Flips.Count);
    }

    [Fact]
    public async Task Times_of_another_host_class_are_one_finding_and_no_pass()
    {
        using var moved = new Nights();
        var pin = moved.Pin(moved.Add(0));
        var elsewhere = pin with
        {
            Metrics = [.. pin.Metrics.Select(metric => metric.Key.HostClass is null ? metric : metric with { Key = metric.Key with { HostClass = "another CPU" } })],
        };

        var tonight = moved.Add(1);
        var report = await moved.JudgeAsync(tonight, elsewhere);

        Assert.Equal(GateVerdict.Invalid, report.Verdict);
        var finding = Assert.Single(report.Findings, finding => finding.Status == FindingStatus.Undecided);
        Assert.Contains("4 times, rates and sizes are of host class 'another CPU', tonight's of 'cpu: 2 threads'", finding.Message, StringComparison.Ordinal);
        Assert.StartsWith(finding.Message, report.Summary, StringComparison.Ordinal);
        Assert.DoesNotContain(report.Findings, finding => finding.Message.StartsWith("New", StringComparison.Ordinal));

        // Side by side no earlier night of this class is needed: the time is judged, the memory and the canary still are not.
        var measured = await moved.JudgeAsync(tonight, elsewhere, new Nights.Runner(1));
        Assert.Single(measured.Findings, finding => finding.Status == FindingStatus.Cleared);
        Assert.Contains("3 times, rates and sizes", Assert.Single(measured.Findings, finding => finding.Status == FindingStatus.Undecided).Message, StringComparison.Ordinal);
        Assert.Equal(GateVerdict.Regressed, (await moved.JudgeAsync(tonight, elsewhere, new Nights.Runner(1.1))).Verdict);
    }

    [Fact]
    public async Task A_slowdown_that_is_confirmed_blocks()
    {
        var report = await _nights.JudgeAsync(_nights.Add(20, slowdown: 1.1), _pin, new Nights.Runner(1.1));

        Assert.Equal((GateVerdict.Regressed, 1), (report.Verdict, report.ExitCode));
        Assert.Contains("+9.", report.Findings[0].Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_slow_night_whose_confirmation_shows_nothing_is_cleared_and_listed()
    {
        var runner = new Nights.Runner(1);

        var report = await _nights.JudgeAsync(_nights.Add(20, slowdown: 1.1), _pin, runner);

        Assert.Equal(GateVerdict.Pass, report.Verdict);
        Assert.Equal(FindingStatus.Cleared, Assert.Single(report.Findings).Status);
        Assert.Equal(1, runner.Calls);
    }

    [Fact]
    public async Task A_confirmed_slowdown_under_the_floor_does_not_block()
    {
        var report = await _nights.JudgeAsync(_nights.Add(20, slowdown: 1.1), _pin, new Nights.Runner(1.012));

        Assert.Equal(GateVerdict.Pass, report.Verdict);
    }

    [Fact]
    public async Task A_suspect_without_a_baseline_build_is_inconclusive_and_never_a_pass()
    {
        var report = await _nights.JudgeAsync(_nights.Add(20, slowdown: 1.1), _pin);

        Assert.Equal((GateVerdict.Inconclusive, 4), (report.Verdict, report.ExitCode));
        Assert.Contains("--baseline-build", report.Summary, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_improvement_is_confirmed_and_does_not_block()
    {
        var report = await _nights.JudgeAsync(_nights.Add(20, slowdown: 0.9), _pin, new Nights.Runner(0.9));

        Assert.Equal(GateVerdict.Pass, report.Verdict);
        Assert.Contains(report.Findings, finding => finding.Status == FindingStatus.Improved);
    }

    [Fact]
    public async Task With_a_short_history_both_builds_are_measured_side_by_side()
    {
        using var young = new Nights();
        var pin = young.Pin(young.Add(0));
        var tonight = young.Add(1);

        Assert.Equal(4, (await young.JudgeAsync(tonight, pin)).ExitCode);
        Assert.Equal(0, (await young.JudgeAsync(tonight, pin, new Nights.Runner(1))).ExitCode);
        Assert.Equal(1, (await young.JudgeAsync(tonight, pin, new Nights.Runner(1.05))).ExitCode);
    }

    [Fact]
    public async Task A_time_that_two_parts_of_a_night_measured_is_one_night_and_one_suspect()
    {
        using var young = new Nights();
        var pin = young.Pin(young.Add(0, timeCells: 2));
        var tonight = young.Add(1, timeCells: 2);
        var runner = new Nights.Runner(1);

        var report = await young.JudgeAsync(tonight, pin);
        await young.JudgeAsync(tonight, pin, runner);

        Assert.Contains("The time has only 1 earlier night ", report.Summary, StringComparison.Ordinal);
        Assert.Equal(1, runner.Calls);
        var times = pin.Metrics.Where(metric => metric.Key == Examples.TimeKey()).ToList();
        Assert.Equal(2, times.Count);
        Assert.All(times, time => Assert.Equal((1, times[0].Value), (time.Nights, time.Value)));
    }

    [Fact]
    public async Task Nights_under_load_or_with_a_moved_canary_are_no_history()
    {
        using var young = new Nights();
        var pin = young.Pin(young.Add(0));
        young.Add(1, slowdown: 1.5, taintedShare: 0.8);
        young.Add(2, slowdown: 1.5, lastCanary: 1.2);

        var report = await young.JudgeAsync(young.Add(3), pin);

        Assert.Contains("only 1 earlier night ", report.Summary, StringComparison.Ordinal);
        Assert.Equal(2, young.Pin("night-003").Metrics.Single(metric => metric.Key == Examples.TimeKey()).Nights);
    }

    [Fact]
    public async Task Creep_that_stays_under_the_floor_each_night_is_held_by_the_ratchet()
    {
        for (var night = 20; night < 80; night++)
            _nights.Add(night, slowdown: 1 + (0.0015 * (night - 20)));

        var report = await _nights.JudgeAsync("night-079", _pin, new Nights.Runner(1.0));

        Assert.Equal(GateVerdict.Regressed, report.Verdict);
        Assert.Contains(report.Findings, finding => finding is { Layer: "ratchet", Status: FindingStatus.Blocking });
        Assert.Contains(report.Findings, finding => finding is { Layer: "trend", Status: FindingStatus.Notice });
    }

    [Fact]
    public async Task A_pinned_slowdown_is_the_new_level_and_no_trend()
    {
        for (var night = 20; night < 42; night++)
            _nights.Add(night, slowdown: 1.3);

        var former = await _nights.JudgeAsync("night-041", _pin, new Nights.Runner(1));
        var accepted = await _nights.JudgeAsync(_nights.Add(42, slowdown: 1.3), _nights.Pin("night-041"), new Nights.Runner(1));

        Assert.Contains(former.Findings, finding => finding is { Layer: "ratchet", Status: FindingStatus.Blocking });
        Assert.DoesNotContain(accepted.Findings, finding => finding.Layer is "trend" or "ratchet");
        Assert.Equal(0, accepted.ExitCode);
    }

    [Theory]
    [InlineData(1.2)]
    [InlineData(0.8)]
    public async Task A_canary_that_moves_makes_the_nights_times_invalid(double canary)
    {
        var report = await _nights.JudgeAsync(_nights.Add(20, slowdown: 1.5, canary: canary), _pin, new Nights.Runner(1.5));

        Assert.Equal((GateVerdict.Invalid, 4), (report.Verdict, report.ExitCode));
        Assert.DoesNotContain(report.Findings, finding => finding.Layer == "confirm");
    }

    [Fact]
    public async Task A_canary_that_drifts_within_one_night_makes_its_times_invalid()
    {
        using var young = new Nights();
        var run = young.Add(0, lastCanary: 1.1);

        var report = await young.JudgeAsync(run, young.Pin(run), new Nights.Runner(1));

        Assert.Equal(GateVerdict.Invalid, report.Verdict);
        Assert.Contains("during the run", report.Summary, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Tainted_blocks_make_the_nights_times_invalid() =>
        Assert.Equal(GateVerdict.Invalid, (await _nights.JudgeAsync(_nights.Add(20, taintedShare: 0.8), _pin, new Nights.Runner(1))).Verdict);

    [Fact]
    public async Task Missing_data_is_never_a_pass()
    {
        var runner = new Nights.Runner(1);

        Assert.Equal(4, (await _nights.JudgeAsync(_nights.Add(20, withScore: false), _pin, runner)).ExitCode);
        Assert.Equal(4, (await _nights.JudgeAsync(_nights.Add(21, timeCells: 0), _pin, runner)).ExitCode);
        Assert.Equal(4, (await _nights.JudgeAsync(_nights.Add(22, withCanary: false), _pin, runner)).ExitCode);
        Assert.Equal(4, (await _nights.JudgeAsync(_nights.Add(23, status: RunStatus.Interrupted), _pin, runner)).ExitCode);
        Assert.Equal(4, (await _nights.JudgeAsync(_nights.Add(24, isFailed: true), _pin, runner)).ExitCode);
        Assert.Equal(4, (await _nights.JudgeAsync(_nights.Add(25), _pin with { RunId = "elsewhere" }, runner)).ExitCode);
        Assert.Equal(4, (await _nights.JudgeAsync(_nights.Add(26, version: 2), _pin, runner)).ExitCode);
        Assert.Equal(4, (await _nights.JudgeAsync(_nights.Add(27), _pin with { PlanName = "other" }, runner)).ExitCode);
    }

    [Theory]
    [InlineData(5, 5, "New: the pin does not have it yet.")]
    [InlineData(6, 1, "6 values of 1 variant are new: the pin does not have them yet (the first: ")]
    public async Task A_few_new_values_are_named_and_more_of_a_task_are_counted(int count, int findings, string message)
    {
        var run = _nights.Add(20);
        var added = Enumerable.Range(0, count).Select(slice => Examples.Metric(run, "new", Examples.Key(slice: $"index {slice}") with { TaskId = "s5" }, 0.5));
        _nights.Store.WriteCell(new(Examples.Cell(run, "new"), [.. added], [], [], [], []));

        var report = await _nights.JudgeAsync(run, _pin, new Nights.Runner(1));

        Assert.Equal(GateVerdict.Pass, report.Verdict);
        var notices = report.Findings.Where(finding => finding is { Layer: "missing", Status: FindingStatus.Notice }).ToList();
        Assert.Equal(findings, notices.Count);
        Assert.All(notices, notice => Assert.Contains(message, notice.Message, StringComparison.Ordinal));
        Assert.EndsWith(findings == 1 ? " (1 notice)" : $" ({findings} notices)", report.Summary, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(5, 5, "The pin has it; tonight's run does not.")]
    [InlineData(6, 1, "6 values of 1 variant are in the pin; tonight's run does not have them (the first: ")]
    public async Task A_few_lost_values_are_named_and_more_of_a_task_are_counted(int count, int findings, string message)
    {
        var example = _pin.Metrics.First(metric => metric.Key.Metric == "acc");
        var lost = Enumerable.Range(0, count).Select(slice => example with { Key = example.Key with { TaskId = "s5", Slice = $"index {slice}" } });

        var report = await _nights.JudgeAsync(_nights.Add(20), _pin with { Metrics = [.. _pin.Metrics, .. lost] }, new Nights.Runner(1));

        Assert.Equal(GateVerdict.Inconclusive, report.Verdict);
        var undecided = report.Findings.Where(finding => finding.Status == FindingStatus.Undecided).ToList();
        Assert.Equal(findings, undecided.Count);
        Assert.All(undecided, finding => Assert.Contains(message, finding.Message, StringComparison.Ordinal));
    }

    [Theory]
    [InlineData(0.002, 1)]
    [InlineData(0.001, 0)]
    public async Task Another_learning_rate_chosen_than_in_the_pinned_run_is_named(double rate, int findings)
    {
        void Train(string run, string weights, double learningRate) => _nights.Store.WriteCell(new(
            Examples.Cell(run, "train", CellKind.Train) with { CheckpointHash = weights }, [], [], [],
            [.. new[] { 0.5, 1, 0.5 }.Select((share, step) => new TrainingPointRecord("train", step, step, 1, 1, share * learningRate, []))], []));
        var run = _nights.Add(20, weights: "w2");
        Train("night-019", "w1", 0.001);
        Train(run, "w2", rate);

        var report = await _nights.JudgeAsync(run, _pin, new Nights.Runner(1));

        Assert.Equal(GateVerdict.Pass, report.Verdict);
        var notices = report.Findings.Where(finding => finding.Layer == "recipe").ToList();
        Assert.Equal(findings, notices.Count);
        Assert.All(notices, notice => Assert.Equal(
            "lt2-gdn@tiny T=2: 1 scored cell(s) rest on learning rate 0.002, which validation loss chose tonight; in the pinned run on 0.001.", notice.Message));
    }

    [Fact]
    public async Task Variants_trained_to_other_weights_than_in_the_pinned_run_are_counted()
    {
        void Train(string run, string cell, string variant, string weights) => _nights.Store.WriteCell(new(
            Examples.Cell(run, cell, CellKind.Train) with { VariantId = variant, CheckpointHash = weights }, [], [], [], [], []));
        var (same, other) = (_nights.Add(20), _nights.Add(21));
        foreach (var (run, weights) in new[] { ("night-019", "a"), (same, "a"), (other, "b") })
        {
            Train(run, "one", "lt2-gdn@tiny", "equal");
            Train(run, "two", "looped-full@tiny", weights);
            Train(run, "three", "looped-full@tiny", weights + weights);
        }

        Assert.DoesNotContain((await _nights.JudgeAsync(same, _pin, new Nights.Runner(1))).Findings, finding => finding.Layer == "weights");
        var report = await _nights.JudgeAsync(other, _pin, new Nights.Runner(1));
        Assert.Equal(GateVerdict.Pass, report.Verdict);
        Assert.Equal("1 of 3 trained models have the pinned run's weights to the last bit; not so looped-full@tiny (2).",
            Assert.Single(report.Findings, finding => finding.Layer == "weights").Message);
    }

    [Fact]
    public async Task One_flipped_answer_in_a_thousand_with_the_same_weights_is_named()
    {
        var report = await _nights.JudgeAsync(_nights.Add(20, flipped: new HashSet<int> { 333 }), _pin, new Nights.Runner(1));

        Assert.Equal(0, report.ExitCode);
        var finding = Assert.Single(report.Findings);
        Assert.Contains("Numerics changed", finding.Message, StringComparison.Ordinal);
        Assert.Contains("'s333'", finding.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Flips_beyond_the_floor_with_the_same_weights_block()
    {
        var report = await _nights.JudgeAsync(_nights.Add(20, flipped: new HashSet<int> { 1, 2, 3, 5, 6 }), _pin, new Nights.Runner(1));

        Assert.Equal(1, report.ExitCode);
    }

    [Fact]
    public async Task Flips_that_lean_to_the_worse_side_under_the_floor_are_inconclusive()
    {
        using var nights = new Nights();
        for (var night = 0; night < 17; night++)
            nights.Add(night, floor: 0.05);
        var pin = nights.Pin("night-016");

        var report = await nights.JudgeAsync(nights.Add(17, floor: 0.05, flipped: new HashSet<int> { 1, 2, 3, 5, 6, 7, 9 }), pin, new Nights.Runner(1));

        Assert.Equal((GateVerdict.Inconclusive, 4), (report.Verdict, report.ExitCode));
    }

    [Fact]
    public async Task More_memory_blocks_once_it_is_measured_again()
    {
        var tonight = _nights.Add(20, bytes: 1.2e9);

        Assert.Equal(1, (await _nights.JudgeAsync(tonight, _pin, new Nights.Runner(1, bytes: 1.2e9))).ExitCode);
        Assert.Equal(0, (await _nights.JudgeAsync(tonight, _pin, new Nights.Runner(1, bytes: 1.0e9))).ExitCode);
        Assert.Equal(4, (await _nights.JudgeAsync(tonight, _pin)).ExitCode);
        Assert.Equal(0, (await _nights.JudgeAsync(_nights.Add(21, bytes: 1.05e9), _pin, new Nights.Runner(1))).ExitCode); // 50 MB of 64 MiB
    }

    [Fact]
    public async Task Reports_say_the_same_in_every_format()
    {
        var report = await _nights.JudgeAsync(_nights.Add(20, slowdown: 1.1, flipped: new HashSet<int> { 333 }), _pin, new Nights.Runner(1.1));

        Assert.StartsWith("REGRESSED: ", GateReportText.Write(report, GateReportFormat.Text), StringComparison.Ordinal);
        Assert.Contains("| blocking | latency/confirm |", GateReportText.Write(report, GateReportFormat.Markdown), StringComparison.Ordinal);
        var suite = System.Xml.Linq.XDocument.Parse(GateReportText.Write(report, GateReportFormat.JUnit)).Root!;
        Assert.Equal("1", suite.Attribute("failures")!.Value);
        Assert.Equal(report.Findings.Count, suite.Elements("testcase").Count());
    }

    public void Dispose() => _nights.Dispose();
}
