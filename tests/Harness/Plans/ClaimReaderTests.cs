using LT2.Eval.Harness.Plans;
using LT2.Eval.Models.Definitions;
using LT2.Eval.Results.Claims;
using LT2.Eval.Tasks;

namespace LT2.Eval.Harness.Tests.Plans;

public sealed class ClaimReaderTests
{
    private const string Plan = """
        testSetSeed: 7
        seeds: [1, 2, 3]
        experiments:
          - name: recall
            variants: [lt2-gdn@micro, looped-full@micro]
            trainedLoopCounts: [2]
            testedLoopCounts: [1, 2]
            train: { suite: mqar, parameters: { length: 16, pairs: 2, vocabulary: 16 } }
            tests: [ { suite: mqar, parameters: { length: 16, pairs: 2, vocabulary: 16 }, samples: 30 } ]
        timings:
          - { name: latency, variants: [lt2-gdn@micro], loopCounts: [2], lengths: [16, 64] }
        claims:
          - id: a
            statement: GDN recalls more.
            published: "MQAR, table 1: +3 points"
            suite: mqar
            metric: acc
            parameters: { pairs: 2 }
            above: 0.02
            terms:
              - { variant: lt2-gdn@micro, trainedLoopCount: 2 }
              - { variant: looped-full@micro, weight: -1, trainedLoopCount: 2, testedLoopCounts: [1, 2], pick: largest }
          - id: slope
            statement: Prefill is linear.
            phase: prefill
            scale: log
            below: 1.1
            terms:
              - { variant: lt2-gdn@micro, length: 64, weight: 0.7213 }
              - { variant: lt2-gdn@micro, length: 16, weight: -0.7213 }
        """;

    [Fact]
    public void Claims_are_read_with_what_their_terms_have_in_common()
    {
        var plan = Read(Plan, out var problems)!;

        Assert.Empty(problems);
        Assert.Equal([("a", ClaimExpectation.Above, 0.02, false), ("slope", ClaimExpectation.Below, 1.1, true)],
            plan.Claims.Select(claim => (claim.Id, claim.Expectation, claim.Margin, claim.IsLogarithmic)));
        var second = plan.Claims[0].Terms[1];
        Assert.Equal(("mqar", "acc", "2", -1.0, ClaimPick.Largest), (second.SuiteId, second.Metric, second.Parameters["pairs"], second.Weight, second.Pick));
        Assert.Equal([1, 2], second.TestedLoopCounts);
        Assert.Equal([("prefill", 64), ("prefill", 16)], plan.Claims[1].Terms.Select(term => (term.Phase, term.SequenceLength!.Value)));
    }

    [Theory]
    [InlineData("above: 0.02", "above: 0.02\n    below: 1", "2 expectations are given; state exactly one of above, below and within")]
    [InlineData("variant: lt2-gdn@micro, trained", "variant: lt2-gdn@mikro, trained", "claims: 'a': the plan trains no 'lt2-gdn@mikro'. Did you mean 'lt2-gdn@micro'?")]
    [InlineData("weight: -1, trainedLoopCount: 2", "weight: -1, trainedLoopCount: 4", "the plan does not train 'looped-full@micro' at T = 4.")]
    [InlineData("length: 64, weight", "length: 128, weight", "claims: 'slope': the plan does not time prefill of 'lt2-gdn@micro' at 128 tokens.")]
    [InlineData("metric: acc", "metrik: acc", "unknown field. Did you mean 'metric'?")]
    [InlineData("pick: largest", "pick: biggest", "'biggest' is not one of mean, largest, smallest.")]
    [InlineData("id: slope", "id: a", "the name 'a' is used 2 times; names must differ.")]
    public void A_mistake_in_a_claim_is_named(string right, string wrong, string expected)
    {
        Read(Plan.Replace(right, wrong, StringComparison.Ordinal), out var problems);

        Assert.Contains(problems, problem => problem.Contains(expected, StringComparison.Ordinal));
    }

    private static PlanDefinition? Read(string text, out List<string> problems)
    {
        problems = [];
        var plan = PlanReader.Read("plan.yaml", text, problems);
        if (plan is not null)
        {
            new Planner(VariantCatalogue.Load(), SuiteCatalog.All, _ => null).Expand(plan, problems);
        }

        return plan;
    }
}
