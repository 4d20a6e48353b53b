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
            ]);

        Assert.Equal([parameters, flops], table.Rows[0].TakeLast(2));
    }
}
