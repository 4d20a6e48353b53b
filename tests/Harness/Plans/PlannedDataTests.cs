using LT2.Eval.Harness.Plans;
using LT2.Eval.Models.Definitions;
using LT2.Eval.Tasks;

namespace LT2.Eval.Harness.Tests.Plans;

/// <summary>Which data sets a plan needs, and what of them its cells' ids depend on.</summary>
public sealed class PlannedDataTests
{
    private static PlanDefinition Plan(string datasets) => PlanReader.Read("plan.yaml", $$"""
        testSetSeed: 7
        experiments:
          - name: text
            variants: [lt2-gdn@micro]
            testedLoopCounts: [1]
            train: { suite: perplexity, task: library, parameters: { datasets: {{datasets}} }, sequenceLength: 32, validationSamples: 4 }
            tests:
              - { suite: perplexity, task: library, parameters: { datasets: {{datasets}} }, samples: 4 }
        """, [])!;

    private static Planner Planner(Func<string, string?> hash) => new(VariantCatalogue.Load(), SuiteCatalog.All, hash);

    [Theory]
    [InlineData("austen+jargon", "austen jargon")]
    [InlineData("gcide", "gcide")]
    public void A_plan_needs_the_data_sets_that_its_cases_name_and_no_others(string named, string expected)
        => Assert.Equal(expected.Split(' '), Planner(_ => null).RequiredDatasets(Plan(named)));

    [Fact]
    public void A_data_set_that_no_case_reads_changes_no_cell()
    {
        string[] Ids(Func<string, string?> hash) => [.. Planner(hash).Expand(Plan("austen"), []).Select(cell => cell.Id)];
        var bare = Ids(id => id == "austen" ? "a" : null);
        Assert.Equal(bare, Ids(id => id == "austen" ? "a" : "something else"));
        Assert.NotEqual(bare, Ids(_ => "b"));
    }
}
