using System.Text.Json;
using LT2.Eval.Results.Claims;
using LT2.Eval.Results.Records;

namespace LT2.Eval.Results.Tests.Claims;

public sealed class ClaimEvaluationTests
{
    private static readonly ClaimTerm Gdn = new(1, "lt2-gdn@tiny", "mqar", null, "acc", new Dictionary<string, string>(), 2, [], null, null, ClaimPick.Mean);

    private static readonly ClaimTerm Full = Gdn with { Weight = -1, VariantId = "looped-full@tiny" };

    // Mean 0.2, s = 0.02, so the half width is t(2; 0.975) · 0.02 / √3 = 4.3027 · 0.011547 = 0.04968.
    private static readonly (double, double)[] Apart = [(0.90, 0.70), (0.92, 0.70), (0.88, 0.70)];

    [Theory]
    [InlineData(ClaimExpectation.Above, 0, ClaimVerdict.Confirmed)]
    [InlineData(ClaimExpectation.Above, 0.15, ClaimVerdict.Confirmed)]
    [InlineData(ClaimExpectation.Above, 0.151, ClaimVerdict.Inconclusive)]
    [InlineData(ClaimExpectation.Above, 0.249, ClaimVerdict.Inconclusive)]
    [InlineData(ClaimExpectation.Above, 0.25, ClaimVerdict.Refuted)]
    [InlineData(ClaimExpectation.Below, 0, ClaimVerdict.Refuted)]
    [InlineData(ClaimExpectation.Below, 0.25, ClaimVerdict.Confirmed)]
    [InlineData(ClaimExpectation.Within, 0.1, ClaimVerdict.Refuted)]
    [InlineData(ClaimExpectation.Within, 0.2, ClaimVerdict.Inconclusive)]
    [InlineData(ClaimExpectation.Within, 0.24, ClaimVerdict.Confirmed)]
    public void The_verdict_follows_from_the_interval_over_seeds(ClaimExpectation expectation, double margin, ClaimVerdict verdict)
    {
        var finding = Judge(Claim(expectation, margin), Apart);

        Assert.Equal(verdict, finding.Verdict);
        Assert.Equal(0.2, finding.Effect!.Value, 12);
        Assert.Equal(0.2 - 0.04968, finding.Interval!.Value.Lower, 4);
        Assert.Equal(0.2 + 0.04968, finding.Interval!.Value.Upper, 4);
        Assert.Equal([0.9, 0.7], finding.TermMeans.Select(value => Math.Round(value, 12)));
    }

    [Fact]
    public void The_contrast_is_formed_within_each_seed_so_that_shared_ups_and_downs_cancel()
    {
        var finding = Judge(Claim(ClaimExpectation.Above, 0.09), [(0.95, 0.85), (0.55, 0.45), (0.15, 0.05)]);

        Assert.Equal(ClaimVerdict.Confirmed, finding.Verdict);
        Assert.All(finding.Repeats, repeat => Assert.Equal(0.1, repeat.Value, 12));
    }

    [Fact]
    public void Two_seeds_give_an_effect_but_no_verdict()
    {
        var finding = Judge(Claim(ClaimExpectation.Above, 0), Apart[..2]);

        Assert.Equal((ClaimVerdict.NotMeasured, true, true), (finding.Verdict, finding.Effect is not null, finding.Interval is null));
        Assert.Contains("2 repeats where an interval needs 3", finding.Missing);
    }

    [Fact]
    public void A_diverged_model_leaves_the_claim_unmeasured_and_is_named()
    {
        var claim = Claim(ClaimExpectation.Above, 0);
        var diverged = Examples.Cell("r", "t", CellKind.Train, CellOutcome.Diverged) with { VariantId = "looped-full@tiny", Title = "train looped-full@tiny" };
        var finding = Assert.Single(ClaimEvaluation.Judge([claim], [.. Values("lt2-gdn@tiny", [0.9, 0.9, 0.9])], [diverged], []));

        Assert.Equal((ClaimVerdict.NotMeasured, (double?)null), (finding.Verdict, finding.Effect));
        Assert.Contains("no value of acc of looped-full@tiny T=2 on mqar", finding.Missing);
        Assert.Contains(finding.Missing, text => text.StartsWith("train looped-full@tiny: diverged", StringComparison.Ordinal));
    }

    [Fact]
    public void The_largest_of_several_tested_loop_counts_is_taken_within_each_seed()
    {
        var others = Gdn with { Weight = -1, TestedLoopCounts = [1, 3], Pick = ClaimPick.Largest };
        MetricRecord[] metrics =
        [
            .. Values("lt2-gdn@tiny", [0.9, 0.8, 0.7]), .. Values("lt2-gdn@tiny", [0.5, 0.6, 0.6], tested: 1), .. Values("lt2-gdn@tiny", [0.8, 0.5, 0.5], tested: 3),
        ];
        var finding = Assert.Single(ClaimEvaluation.Judge([Claim(ClaimExpectation.Above, 0) with { Terms = [Gdn, others] }], metrics, [], []));

        Assert.Equal([0.1, 0.2, 0.1], finding.Repeats.Select(repeat => Math.Round(repeat.Value, 12)));
    }

    [Fact]
    public void A_slope_of_times_is_taken_over_processes()
    {
        var cell = Examples.Cell("r", "time", CellKind.Time);
        TimingBlockRecord Block(int length, int process, double milliseconds) => new("time", "prefill", length, 2, 1, process, 0, 1, milliseconds);
        TimingBlockRecord[] blocks = [.. Enumerable.Range(0, 3).SelectMany(process => new[] { Block(1024, process, 10 + process), Block(4096, process, 4 * (10 + process)) })];
        ClaimTerm At(int length, double weight) => Gdn with { Weight = weight, SuiteId = "timing", Metric = "latency", TrainedLoopCount = null, Phase = "prefill", SequenceLength = length };
        var claim = Claim(ClaimExpectation.Below, 1.1) with { IsLogarithmic = true, Terms = [At(4096, 1 / Math.Log(4)), At(1024, -1 / Math.Log(4))] };
        var finding = Assert.Single(ClaimEvaluation.Judge([claim], [], [cell], blocks));

        Assert.Equal(ClaimVerdict.Confirmed, finding.Verdict);
        Assert.Equal(1, finding.Effect!.Value, 12);
        Assert.Equal(4.5, finding.DeviceSeconds);
    }

    [Fact]
    public void Times_of_several_loop_counts_are_one_value_only_where_the_claim_names_one()
    {
        var blocks = Enumerable.Range(0, 3).SelectMany(process => new[] { 2, 4 }.Select(loops => new TimingBlockRecord("time", "prefill", 1024, loops, 1, process, 0, 1, loops))).ToArray();
        var term = Gdn with { SuiteId = "timing", Metric = "latency", TrainedLoopCount = null, Phase = "prefill", SequenceLength = 1024 };
        ClaimFinding Finding(ClaimTerm asked) => Assert.Single(ClaimEvaluation.Judge([Claim(ClaimExpectation.Above, 3) with { Terms = [asked] }], [], [Examples.Cell("r", "time", CellKind.Time)], blocks));

        var ambiguous = Finding(term);
        Assert.Equal(ClaimVerdict.NotMeasured, ambiguous.Verdict);
        Assert.Contains("name one in testedLoopCounts", Assert.Single(ambiguous.Missing), StringComparison.Ordinal);
        Assert.Equal((ClaimVerdict.Confirmed, 4), (Finding(term with { TestedLoopCounts = [4] }).Verdict, Finding(term with { TestedLoopCounts = [4] }).Effect));
    }

    [Fact]
    public void Repeats_that_one_side_lacks_are_left_out_and_named()
    {
        MetricRecord[] metrics = [.. Values("lt2-gdn@tiny", [0.9, 0.92, 0.88, 0.9]), .. Values("looped-full@tiny", [0.7, 0.7, 0.7])];
        var finding = Assert.Single(ClaimEvaluation.Judge([Claim(ClaimExpectation.Above, 0)], metrics, [], []));

        Assert.Equal((ClaimVerdict.Confirmed, 3), (finding.Verdict, finding.Repeats.Count));
        Assert.Contains("which is left out", Assert.Single(finding.Missing), StringComparison.Ordinal);
    }

    [Fact]
    public void Device_time_counts_the_training_of_what_was_scored_and_the_trials_that_chose_its_rate_each_once()
    {
        CellRecord Named(string id, CellKind kind, params string[] parents) => Examples.Cell("r", id, kind) with
        {
            DefinitionJson = JsonSerializer.Serialize(new { of = new { parents } }),
        };
        CellRecord[] cells =
        [
            .. Enumerable.Range(0, 3).Select(seed => Named($"score-lt2-gdn@tiny-{seed}", CellKind.Score, $"train-{seed}")),
            .. Enumerable.Range(0, 3).Select(seed => Named($"train-{seed}", CellKind.Train, "trial-1", "trial-2")),
            Named("trial-1", CellKind.Train), Named("trial-2", CellKind.Train) with { DeviceUse = null }, Named("of-another-claim", CellKind.Train),
        ];
        var claim = Claim(ClaimExpectation.Above, 0) with { Terms = [Gdn] };
        var finding = Assert.Single(ClaimEvaluation.Judge([claim], [.. Values("lt2-gdn@tiny", [0.9, 0.8, 0.7])], cells, []));

        Assert.Equal(3 * 4.5 + 3 * 4.5 + 4.5 + 12.5, finding.DeviceSeconds);
    }

    [Fact]
    public void A_logarithm_of_zero_is_said_and_judges_nothing()
    {
        var finding = Judge(Claim(ClaimExpectation.Above, 0) with { IsLogarithmic = true }, [(0.9, 0), (0.9, 0.7), (0.9, 0.7)]);

        Assert.Equal(ClaimVerdict.NotMeasured, finding.Verdict);
        Assert.Contains("repeat 1 has a value without a logarithm", finding.Missing);
    }

    private static ClaimDefinition Claim(ClaimExpectation expectation, double margin) => new("a", "GDN recalls more.", null, expectation, margin, false, "1", [Gdn, Full]);

    private static ClaimFinding Judge(ClaimDefinition claim, (double Gdn, double Full)[] seeds) => Assert.Single(ClaimEvaluation.Judge(
        [claim], [.. Values("lt2-gdn@tiny", [.. seeds.Select(seed => seed.Gdn)]), .. Values("looped-full@tiny", [.. seeds.Select(seed => seed.Full)])], [], []));

    private static IEnumerable<MetricRecord> Values(string variant, double[] values, int tested = 2) => values.Select((value, index) =>
        Examples.Metric("r", $"score-{variant}-{index}", Examples.Key(tested: tested, variant: variant), value) with { Seed = index + 1 });
}
