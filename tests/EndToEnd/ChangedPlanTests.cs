namespace LT2.Eval.EndToEnd.Tests;

public sealed class ChangedPlanTests
{
    private const string Plan = """
        name: changing
        testSetSeed: 11
        seeds: [1]
        experiments:
          - name: recall
            variants: [lt2-gdn@micro]
            trainedLoopCounts: [1]
            testedLoopCounts: [1]
            train: { suite: mqar, parameters: { length: 16, pairs: 2, vocabulary: 16 }, validationSamples: 10 }
            tests:
              - { suite: mqar, parameters: { length: 16, pairs: 2, vocabulary: 16 }, samples: 20 }
            recipe: { steps: 2, batchSize: 4 }
        """;

    [Fact]
    public void A_plan_that_changed_makes_new_cells_and_says_which_part_changed()
    {
        using var plan = new TinyPlan(Plan);
        Assert.Equal(0, Run(plan).ExitCode);

        File.WriteAllText(plan.PlanPath, Plan.Replace("samples: 20", "samples: 30", StringComparison.Ordinal));
        var (exit, _, error) = Run(plan);

        Assert.True(exit == 0, error);
        Assert.Contains("1 of 2 cells are those of run", error, StringComparison.Ordinal);
        Assert.Contains("1 are changed or new (score lt2-gdn@micro T=1 on mqar T'=1 seed 1: samples), 1 of that run are gone.", error, StringComparison.Ordinal);
        Assert.Contains("1 reused", error, StringComparison.Ordinal);
    }

    [Fact]
    public void A_second_night_of_the_same_plan_has_nothing_to_say()
    {
        using var plan = new TinyPlan(Plan);
        Assert.Equal(0, Run(plan).ExitCode);

        Assert.DoesNotContain("changed or new", Run(plan).Error, StringComparison.Ordinal);
    }

    [Fact]
    public void A_filter_that_lets_nothing_through_is_named_with_the_nearest_word()
    {
        using var plan = new TinyPlan(Plan);
        Assert.Equal(0, Run(plan).ExitCode);

        var (exit, output, error) = Lt2.Run("results", "metrics", "--metric", "acx", "--json", "--out", plan.Folder);
        var scored = Lt2.Run("results", "cells", "--kind", "score", "--json", "--out", plan.Folder);

        Assert.Equal("changing", System.Text.Json.JsonDocument.Parse(Lt2.Run("results", "--json", "--out", plan.Folder).Output).RootElement[0].GetProperty("planName").GetString());
        Assert.Equal(0, exit);
        Assert.Equal("[]", output.Trim());
        Assert.Contains("--metric acx: nothing of this run matches. Did you mean 'acc'?", error, StringComparison.Ordinal);
        Assert.Single(System.Text.Json.JsonDocument.Parse(scored.Output).RootElement.EnumerateArray());
    }

    private static (int ExitCode, string Output, string Error) Run(TinyPlan plan) => Lt2.Run("run", plan.PlanPath, "--out", plan.Folder, "--device", "cpu", "--no-report");
}
