using LT2.Eval.Reports.Charts;
using LT2.Eval.Reports.Tests.Samples;
using LT2.Eval.Results.Claims;
using LT2.Eval.Results.Records;

namespace LT2.Eval.Reports.Tests.Charts;

public sealed class ClaimTextTests
{
    [Theory]
    [InlineData("state-tracking", "300", "7.00")]
    [InlineData("recall", "200", "9.00")]
    [InlineData("nothing", "300", "9.00")]
    public void Size_and_cost_are_those_of_the_model_trained_for_the_claim(string suite, string parameters, string flops)
    {
        var template = SampleInputs.Full().Run.Metrics[0];
        MetricRecord Cost(string task, string metric, double value) => template with
        {
            Key = template.Key with { SuiteId = "training", TaskId = task, Metric = metric, VariantId = "lt2-gdn@tiny", TrainedLoopCount = 3 }, Value = value,
        };
        var term = new ClaimTerm(1, "lt2-gdn@tiny", suite, null, "accuracy", new Dictionary<string, string>(), 3, [], null, null, ClaimPick.Mean);
        var claim = new ClaimDefinition("a", "A statement.", null, ClaimExpectation.Above, 0, false, "1", [term]);
        var table = ClaimText.Terms(
            new ClaimFinding(claim, ClaimVerdict.Inconclusive, null, null, [], [0.5], [], 0),
            [
                Cost("state-tracking/parity", "parameters", 300), Cost("state-tracking/parity", "flops_per_token", 7),
                Cost("recall", "parameters", 200), Cost("recall", "flops_per_token", 9),
            ],
            []);

        Assert.Equal([parameters, flops], table.Rows[0].TakeLast(2));
        Assert.Equal("FLOP a token at T, the training length", table.Columns[^1].Title);
    }

    private static ChartTable Terms(params ClaimTerm[] terms)
    {
        var run = SampleInputs.Full().Run;
        var (template, cell) = (run.Metrics[0], run.Cells[0]);
        MetricRecord Flops(string suite, double value, string? phase = null, int? length = null) => template with
        {
            Key = template.Key with
            {
                SuiteId = suite, TaskId = suite == "training" ? "perplexity/library" : suite, Metric = "flops_per_token", VariantId = "v@small", TrainedLoopCount = 4, TestedLoopCount = 4,
                Phase = phase, SequenceLength = length,
            },
            CellId = cell.CellId, Value = value,
        };
        return ClaimText.Terms(
            new ClaimFinding(new ClaimDefinition("a", "A statement.", null, ClaimExpectation.Above, 0, false, "1", terms), ClaimVerdict.Inconclusive, null, null, [], [.. terms.Select(_ => 0.5)], [], 0),
            [Flops("training", 7), Flops("timing", 8, "prefill", 1024), Flops("timing", 9, "prefill", 4096)],
            [cell with { DefinitionJson = """{"sequenceLength":512}""" }]);
    }

    private static ClaimTerm Term(int? trained, int[] tested, string? phase = null, int? length = null) =>
        new(1, "v@small", phase is null ? "perplexity" : "timing", null, "bits", new Dictionary<string, string>(), trained, tested, phase, length, ClaimPick.Mean);

    [Fact]
    public void Operations_are_said_at_the_length_of_training_and_left_out_where_other_loop_counts_were_tested()
    {
        var table = Terms(Term(4, []), Term(4, [4]), Term(4, [1, 2, 8]));
        Assert.Equal("FLOP a token at T, n = 512", table.Columns[^1].Title);
        Assert.Equal(["7.00", "7.00", "–"], table.Rows.Select(row => row[^1]));
    }

    [Fact]
    public void Operations_of_times_are_those_of_the_timed_length()
    {
        var table = Terms(Term(null, [], "prefill", 1024), Term(null, [4], "prefill", 4096), Term(null, [], "decode", 1024));
        Assert.Equal("FLOP a token at T", table.Columns[^1].Title);
        Assert.Equal(["8.00, n = 1,024", "9.00, n = 4,096", "–"], table.Rows.Select(row => row[^1]));
    }
}
