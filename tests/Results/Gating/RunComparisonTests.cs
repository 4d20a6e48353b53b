using LT2.Eval.Results.Gating;
using LT2.Eval.Results.Records;

namespace LT2.Eval.Results.Tests.Gating;

public sealed class RunComparisonTests : IDisposable
{
    private readonly Nights _nights = new();

    [Fact]
    public void A_run_is_equivalent_to_itself_with_zero_flips()
    {
        var run = _nights.Add(0);

        var report = Compare(run, run);

        Assert.All(report.Rows, row => Assert.Equal(ComparisonVerdict.Equivalent, row.Verdict));
        Assert.All(report.Rows, row => Assert.Equal((0, 0.0), (row.Flips.Count, row.Difference)));
        Assert.Empty(report.Refused);
    }

    [Fact]
    public void A_reference_without_weights_is_equivalent_to_itself_where_its_cell_is_the_same()
    {
        var key = Examples.Key() with { VariantId = "n-gram-3", TrainedLoopCount = null, TestedLoopCount = null, Metric = "bits_per_byte" };
        foreach (var run in new[] { _nights.Add(0), _nights.Add(1) })
        {
            _nights.Store.WriteCell(new(
                Examples.Cell(run, "n-gram") with { VariantId = "n-gram", TrainedLoopCount = null, CheckpointHash = null },
                [Examples.Metric(run, "n-gram", key, 2.5)], [], [], [], []));
        }

        var row = Compare("night-000", "night-001").Rows.Single(row => row.Key == key);

        Assert.Equal((ComparisonQuestion.SameWeights, ComparisonVerdict.Equivalent), (row.Question, row.Verdict));
    }

    [Fact]
    public void A_long_table_leaves_equivalent_series_to_a_count_and_parameters_that_do_not_differ_out()
    {
        var run = _nights.Add(0);
        var keys = Enumerable.Range(0, 50).Select(i => Examples.Key() with { CaseParameters = $"length=16;pairs={i};vocabulary=64" }).ToList();
        _nights.Store.WriteCell(new(Examples.Cell(run, "many"), [.. keys.Select(key => Examples.Metric(run, "many", key, 0.5))], [], [], [], []));

        var report = Compare(run, run);
        var text = ComparisonText.Write(report, asMarkdown: false);
        var everything = ComparisonText.Write(report, asMarkdown: false, everything: true);

        Assert.Contains($"{report.Rows.Count} equivalent series are not listed.", text, StringComparison.Ordinal);
        Assert.DoesNotContain("pairs=7", text, StringComparison.Ordinal);
        Assert.Contains("length=16;pairs=7 ", everything, StringComparison.Ordinal);
        Assert.DoesNotContain("vocabulary", everything, StringComparison.Ordinal);
    }

    [Fact]
    public void Times_taken_under_load_get_no_verdict_and_the_table_says_why()
    {
        var report = Compare(_nights.Add(0), _nights.Add(1, slowdown: 1.5, taintedShare: 0.5));

        var row = Assert.Single(report.Rows, row => row.Question == ComparisonQuestion.Time && row.Key.Metric == "latency" && !CanarySeries.Is(row.Key));
        Assert.Equal(ComparisonVerdict.Inconclusive, row.Verdict);
        Assert.Contains("more than 10% of its blocks ran under throttling or load: no verdict", ComparisonText.Write(report, asMarkdown: false), StringComparison.Ordinal);
    }

    [Fact]
    public void The_same_weights_under_new_code_are_question_a_and_flips_are_listed()
    {
        var report = Compare(_nights.Add(0), _nights.Add(1, flipped: new HashSet<int> { 4, 7 }));

        var row = Accuracy(report);
        Assert.Equal(ComparisonQuestion.SameWeights, row.Question);
        Assert.Equal(["s7"], row.Flips.Worsened);
        Assert.Equal(["s4"], row.Flips.Improved);
    }

    [Fact]
    public void Other_weights_that_lose_four_percent_are_worse()
    {
        var flipped = Enumerable.Range(0, 1000).Where(i => i % 25 == 1 && i % 4 != 0).ToHashSet();

        var row = Accuracy(Compare(_nights.Add(0), _nights.Add(1, weights: "w2", flipped: flipped)));

        Assert.Equal((ComparisonQuestion.OtherWeights, ComparisonVerdict.Worse), (row.Question, row.Verdict));
        Assert.Equal(-flipped.Count / 1000.0, row.Difference, 12);
        Assert.True(row.Interval!.Value.Contains(row.Difference) && row.Interval.Value.Upper < 0);
    }

    [Fact]
    public void As_many_answers_lost_as_won_are_inconclusive_with_the_detectable_effect()
    {
        var flipped = Enumerable.Range(0, 60).Select(i => i * 4).Concat(Enumerable.Range(0, 60).Select(i => (i * 4) + 1)).ToHashSet();

        var row = Accuracy(Compare(_nights.Add(0), _nights.Add(1, weights: "w2", flipped: flipped)));

        Assert.Equal(ComparisonVerdict.Inconclusive, row.Verdict);
        Assert.Equal(2.8016 * Math.Sqrt(0.12 / 999), row.DetectableEffect!.Value, 4); // 12 % discordant pairs of 1,000
    }

    [Theory]
    [InlineData(0.75, ComparisonVerdict.Equivalent)]
    [InlineData(0.76, ComparisonVerdict.Inconclusive)]
    public void A_value_without_samples_is_equivalent_only_to_itself_and_has_no_test(double later, ComparisonVerdict verdict)
    {
        var (before, after) = (_nights.Add(0), _nights.Add(1));
        foreach (var (run, value) in new[] { (before, 0.75), (after, later) })
        {
            var loss = Examples.Metric(run, "trained", Examples.Key("validation_loss") with { SuiteId = "training" }, value, null) with { Kind = MetricKind.Continuous, PracticalFloor = null };
            _nights.Store.WriteCell(new(Examples.Cell(run, "trained", CellKind.Train), [loss], [], [], [], []));
        }

        var row = Assert.Single(Compare(before, after).Rows, row => row.Key.Metric == "validation_loss");

        Assert.Equal((verdict, (double?)null), (row.Verdict, row.PValue));
        Assert.Contains("No samples were kept", row.Note, StringComparison.Ordinal);
    }

    [Fact]
    public void Few_discordant_pairs_of_many_items_are_equivalent()
    {
        var row = Accuracy(Compare(_nights.Add(0, samples: 5000), _nights.Add(1, samples: 5000, weights: "w2", flipped: new HashSet<int> { 0, 1, 4, 5 })));

        Assert.Equal(ComparisonVerdict.Equivalent, row.Verdict);
    }

    [Fact]
    public void Clusters_that_move_together_widen_the_interval()
    {
        var flipped = Enumerable.Range(0, 1000).Where(i => i / 4 % 20 == 0 && i % 4 != 0).ToHashSet();

        var alone = Accuracy(Compare(_nights.Add(0), _nights.Add(1, weights: "w2", flipped: flipped)));
        var clustered = Accuracy(Compare(_nights.Add(2, cluster: "c"), _nights.Add(3, weights: "w2", flipped: flipped, cluster: "c")));

        Assert.True(clustered.Interval!.Value.Width > alone.Interval!.Value.Width);
        Assert.Equal((250, 1000), (clustered.Clusters, clustered.Pairs));
    }

    [Fact]
    public void Fewer_than_eight_clusters_have_no_interval_and_say_so()
    {
        var row = Accuracy(Compare(_nights.Add(0, samples: 20, cluster: "c"), _nights.Add(1, samples: 20, cluster: "c", weights: "w2", flipped: new HashSet<int> { 1 })));

        Assert.Null(row.Interval);
        Assert.Contains("5 clusters", row.Note!, StringComparison.Ordinal);
    }

    [Fact]
    public void Different_items_are_refused_with_the_first_stray_id()
    {
        var report = Compare(_nights.Add(0, samples: 100), _nights.Add(1, samples: 101));

        Assert.Contains("s100", Assert.Single(report.Refused).Reason, StringComparison.Ordinal);
    }

    [Fact]
    public void Another_suite_version_is_refused_by_name()
    {
        var report = Compare(_nights.Add(0), _nights.Add(1, version: 2));

        Assert.Equal(2, report.Refused.Count);
        Assert.All(report.Refused, refused => Assert.Contains("suite version", refused.Reason, StringComparison.Ordinal));
    }

    [Fact]
    public void A_slower_run_is_worse_by_the_ratio_of_its_processes()
    {
        var report = Compare(_nights.Add(0), _nights.Add(1, slowdown: 1.2));

        var row = report.Rows.Single(row => row.Question == ComparisonQuestion.Time && row.Key.TaskId == "latency");
        Assert.Equal(ComparisonVerdict.Worse, row.Verdict);
        Assert.Equal(Math.Log(row.CandidateValue / row.BaselineValue), row.Difference, 10);
    }

    [Fact]
    public void Weights_are_known_from_the_train_cell_of_the_run_too()
    {
        var runs = new[] { _nights.Add(0, withScore: false), _nights.Add(1, withScore: false) };
        foreach (var run in runs)
        {
            _nights.Store.WriteCell(Examples.TrainCell(run, "train"));
            var score = Examples.ScoreCell(run, "score");
            _nights.Store.WriteCell(score with { Cell = score.Cell with { CheckpointHash = null } });
        }

        Assert.Equal(ComparisonQuestion.SameWeights, Accuracy(Compare(runs[0], runs[1])).Question);
    }

    [Theory]
    [InlineData(1e-6, 0, ComparisonVerdict.Equivalent)]
    [InlineData(1e-2, 40, ComparisonVerdict.Worse)]
    public void Losses_of_the_same_weights_change_only_beyond_the_dtypes_tolerance(double change, int flips, ComparisonVerdict verdict)
    {
        var runs = new[] { _nights.Add(0, withScore: false), _nights.Add(1, withScore: false) };
        for (var r = 0; r < 2; r++)
        {
            var metric = Examples.Metric(runs[r], "loss", Examples.Key("bits_per_byte"), 2 + (r * change), samples: 40) with
            {
                Kind = MetricKind.Continuous, Direction = MetricDirection.LowerIsBetter, PracticalFloor = null,
            };
            _nights.Store.WriteCell(new(Examples.Cell(runs[r], "loss"), [metric],
                [.. Enumerable.Range(0, 40).Select(i => new SampleRecord("loss", "bits_per_byte", 2, $"s{i}", null, null, 2 + (r * change), 1))], [], [], []));
        }

        var row = Compare(runs[0], runs[1]).Rows.Single(row => row.Key.Metric == "bits_per_byte");

        Assert.Equal((flips, 0, verdict), (row.Flips.Worsened.Length, row.Flips.Improved.Length, row.Verdict));
        Assert.Equal(change, row.Flips.LargestChange, 9);
    }

    [Fact]
    public void Two_loop_counts_of_one_run_are_paired_by_sample()
    {
        var run = _nights.Add(0, withScore: false);
        foreach (var (loops, value) in new[] { (1, 0), (2, 1) })
        {
            var id = $"score-{loops}";
            _nights.Store.WriteCell(new(Examples.Cell(run, id), [Examples.Metric(run, id, Examples.Key(tested: loops), value, samples: 40)],
                [.. Enumerable.Range(0, 40).Select(i => new SampleRecord(id, "acc", loops, $"s{i}", null, null, i < 5 ? 0 : value, 1))], [], [], []));
        }

        var report = RunComparison.Compare(new(_nights.Store, run, TestedLoopCount: 1), new(_nights.Store, run, TestedLoopCount: 2));

        var row = Accuracy(report);
        Assert.Equal((1, 2), (row.BaselineKey.TestedLoopCount, row.Key.TestedLoopCount));
        Assert.Equal((35, 0, 40), (row.Flips.Improved.Length, row.Flips.Worsened.Length, row.Pairs));
        Assert.Equal(ComparisonVerdict.Better, row.Verdict);
    }

    [Fact]
    public void Several_seeds_on_both_sides_are_question_c()
    {
        var runs = new[] { _nights.Add(0, withScore: false), _nights.Add(1, withScore: false) };
        for (var r = 0; r < 2; r++)
        {
            for (var seed = 0; seed < 4; seed++)
            {
                var id = $"score-{seed}";
                var cell = Examples.Cell(runs[r], id) with { CheckpointHash = $"{r}-{seed}" };
                _nights.Store.WriteCell(new(cell, [Examples.Metric(runs[r], id, Examples.Key(), 0.5 + (0.2 * r) + (0.01 * seed)) with { Seed = seed }], [], [], [], []));
            }
        }

        var row = Accuracy(Compare(runs[0], runs[1]));

        Assert.Equal((ComparisonQuestion.SeveralSeeds, ComparisonVerdict.Better), (row.Question, row.Verdict));
        Assert.Equal(0.2, row.Difference, 12);
    }

    [Theory]
    [InlineData("--", "--", "measured and failed on both sides", true)]
    [InlineData("--", "5-", "with 2 of 2 seeds in the baseline and 1 of 2 in the candidate", true)]
    [InlineData("55", "5-", "with 0 of 2 seeds in the baseline and 1 of 2 in the candidate", false)]
    [InlineData("55", "--", "with 0 of 2 seeds in the baseline and 2 of 2 in the candidate", false)]
    public void Values_that_failed_are_not_compared_and_harmless_unless_the_baseline_had_more(string before, string after, string reason, bool isHarmless)
    {
        var refused = Assert.Single(Compare(WithStages(0, before), WithStages(1, after)).Refused, item => item.Key.Metric == "steps_to_pass");

        Assert.Contains(reason, refused.Reason, StringComparison.Ordinal);
        Assert.Equal(isHarmless, refused.IsHarmless);
    }

    [Fact]
    public void Where_as_many_seeds_failed_on_both_sides_the_others_are_compared()
    {
        var row = Compare(WithStages(0, "345-"), WithStages(1, "-678")).Rows.Single(row => row.Key.Metric == "steps_to_pass");

        Assert.Equal((4, 7, 3), (row.BaselineValue, row.CandidateValue, row.Pairs));
    }

    [Theory]
    [InlineData("-", "-", FindingStatus.Notice)]
    [InlineData("-", "5", FindingStatus.Notice)]
    [InlineData("5", "-", FindingStatus.Undecided)]
    public async Task The_gate_holds_a_night_back_only_for_a_value_that_the_pin_had(string before, string after, FindingStatus expected)
    {
        var (pin, tonight) = (WithStages(0, before), WithStages(1, after));

        var report = await _nights.JudgeAsync(tonight, _nights.Pin(pin), new Nights.Runner(1));

        Assert.Equal(expected, Assert.Single(report.Findings, finding => finding.Key?.Metric == "steps_to_pass").Status);
        Assert.Equal(expected == FindingStatus.Notice ? GateVerdict.Pass : GateVerdict.Inconclusive, report.Verdict);
    }

    [Theory]
    [InlineData(1, 0.75, ComparisonVerdict.Equivalent)]
    [InlineData(3, 0.75, ComparisonVerdict.Equivalent)]
    [InlineData(3, 0.5, ComparisonVerdict.Worse)]
    public void Where_one_side_kept_no_samples_equal_values_are_equivalent_and_several_seeds_are_compared(int seeds, double later, ComparisonVerdict verdict)
    {
        var row = Accuracy(Compare(WithSeeds(0, seeds, 0.75, keepSamples: false), WithSeeds(1, seeds, later, keepSamples: true)));

        Assert.Equal(verdict, row.Verdict);
        Assert.Equal(later - 0.75, row.Difference, 12);
    }

    [Fact]
    public void What_neither_side_has_samples_of_is_not_blamed_on_one_of_them()
    {
        var runs = new[] { _nights.Add(0), _nights.Add(1) };
        foreach (var run in runs)
        {
            var speed = Examples.Metric(run, "speed", Examples.TimeKey() with { Metric = "tokens_per_second" }, 100, samples: 1) with { Kind = MetricKind.Continuous };
            _nights.Store.WriteCell(new(Examples.Cell(run, "speed", CellKind.Time), [speed], [], [], [], []));
        }

        Assert.Equal("no samples were kept", Assert.Single(Compare(runs[0], runs[1]).Refused, item => item.Key.Metric == "tokens_per_second").Reason);
    }

    [Fact]
    public void Where_one_side_kept_no_samples_one_other_value_is_refused_and_named()
    {
        var refused = Assert.Single(Compare(WithSeeds(0, 1, 0.75, keepSamples: false), WithSeeds(1, 1, 0.5, keepSamples: true)).Refused, item => item.Key.Metric == "acc");

        Assert.Contains("the baseline keeps no samples of it", refused.Reason, StringComparison.Ordinal);
        Assert.False(refused.IsHarmless);
    }

    [Fact]
    public void The_table_is_written_as_text_and_as_markdown()
    {
        var report = Compare(_nights.Add(0), _nights.Add(1, weights: "w2", version: 1, flipped: new HashSet<int> { 1, 2, 3 }));

        Assert.Contains("3/0 of 1000", ComparisonText.Write(report, asMarkdown: false), StringComparison.Ordinal);
        Assert.Contains("| verdict | series |", ComparisonText.Write(report, asMarkdown: true), StringComparison.Ordinal);
    }

    public void Dispose() => _nights.Dispose();

    // A night whose seeds have the same weights every night; the values of the seeds lie a thousandth apart.
    private string WithSeeds(int night, int seeds, double value, bool keepSamples)
    {
        var run = _nights.Add(night, withScore: false);
        for (var seed = 0; seed < seeds; seed++)
        {
            var id = $"score-{seed}";
            var samples = keepSamples ? Enumerable.Range(0, 40).Select(i => new SampleRecord(id, "acc", 2, $"s{i}", null, null, i % 4 < value * 4 ? 1 : 0, 1)) : [];
            _nights.Store.WriteCell(new(Examples.Cell(run, id) with { CheckpointHash = $"w{seed}" },
                [Examples.Metric(run, id, Examples.Key(), value + (0.001 * seed), samples: 40) with { Seed = seed }], [.. samples], [], [], []));
        }
        return run;
    }

    // A night with one value a training seed: a digit, or a dash where it was measured and failed.
    private string WithStages(int night, string values)
    {
        var run = _nights.Add(night);
        foreach (var (value, seed) in values.Select((value, seed) => (value, seed)))
        {
            var id = $"curriculum-{seed}";
            var metric = Examples.Metric(run, id, Examples.Key("steps_to_pass"), value == '-' ? null : value - '0', null) with
            {
                Seed = seed, Kind = MetricKind.Continuous, Direction = MetricDirection.LowerIsBetter, PracticalFloor = null,
            };
            _nights.Store.WriteCell(new(Examples.Cell(run, id, CellKind.Curriculum) with { CheckpointHash = $"{night}-{seed}" }, [metric], [], [], [], []));
        }
        return run;
    }

    private static MetricComparison Accuracy(ComparisonReport report) => report.Rows.Single(row => row.Key.Metric == "acc");

    private ComparisonReport Compare(string baseline, string candidate) => RunComparison.Compare(new(_nights.Store, baseline), new(_nights.Store, candidate));
}
