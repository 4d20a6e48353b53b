using LT2.Eval.Results.Records;
using LT2.Eval.Results.Store;

namespace LT2.Eval.EndToEnd.Tests;

public sealed class SweepTests
{
    private static string Sweep(string recipe) => $$"""
        name: sweep
        testSetSeed: 11
        seeds: [1, 2]
        experiments:
          - name: recall
            variants: [lt2-gdn@micro]
            trainedLoopCounts: [1]
            testedLoopCounts: [1, 2]
            train: { suite: mqar, parameters: { length: 16, pairs: 2, vocabulary: 16 }, validationSamples: 20 }
            tests: [ { suite: mqar, parameters: { length: 16, pairs: 2, vocabulary: 16 }, samples: 30 } ]
            {{recipe.ReplaceLineEndings("\n    ")}}
        """;

    [Fact]
    public void A_sweep_is_one_series_whichever_learning_rate_a_seed_chooses_and_the_choice_is_recorded()
    {
        using var plan = new TinyPlan(Sweep("""
            recipe: { steps: 30, batchSize: 8 }
            learningRates: [0.0001, 0.01]
            """));
        var (exit, _, error) = Lt2.Run("run", plan.PlanPath, "--out", plan.Folder, "--device", "cpu", "--no-report");

        Assert.True(exit == 0, error);
        using var store = ResultStore.Open(plan.StorePath, StoreAccess.ReadOnly);
        var run = store.Runs()[0].RunId;
        var cells = store.Cells(run);
        Assert.Equal((4, 2), (cells.Count(cell => cell.Kind == CellKind.Train), cells.Count(cell => cell.Kind == CellKind.Score)));
        var metrics = store.Metrics(run);
        var scored = metrics.Where(metric => metric.Key is { SuiteId: "mqar", Metric: "acc", TestedLoopCount: 1, Split: "test", Slice: null }).ToList();
        Assert.Equal([1L, 2L], scored.Select(metric => metric.Seed!.Value).Order());
        Assert.Single(scored.Select(metric => metric.Key).Distinct());
        var trained = metrics.Where(metric => cells.Any(cell => cell.Kind == CellKind.Train && cell.CellId == metric.CellId)).Select(metric => metric.Key.RecipeHash).Distinct().ToList();
        Assert.DoesNotContain(scored[0].Key.RecipeHash, trained);
        Assert.Equal(2, store.Events(run).Count(entry => entry.Message.Contains("0.01 chosen by validation loss (0.01: ", StringComparison.Ordinal)));
    }

    [Fact]
    public void Short_trials_with_the_first_seed_choose_the_learning_rate_that_every_seed_trains_with()
    {
        using var plan = new TinyPlan(Sweep("""
            recipe: { steps: 30, batchSize: 8, warmupFraction: 0 }
            learningRates: [0.0001, 0.01, 0.0002]
            learningRateSteps: 20
            """));
        var (exit, _, error) = Lt2.Run("run", plan.PlanPath, "--out", plan.Folder, "--device", "cpu", "--no-report");

        Assert.True(exit == 0, error);
        using var store = ResultStore.Open(plan.StorePath, StoreAccess.ReadOnly);
        var run = store.Runs()[0].RunId;
        var trained = store.Cells(run).Where(cell => cell.Kind == CellKind.Train).ToList();
        Assert.Equal([1L, 1L, 1L, 1L, 2L], trained.Select(cell => cell.Seed!.Value).Order());
        var whole = trained.Where(cell => cell.DefinitionJson.Contains("learningRateTrials", StringComparison.Ordinal)).ToList();
        Assert.Equal(2, whole.Count);
        foreach (var cell in whole)
        {
            Assert.Contains(store.Events(run), entry => entry.CellId == cell.CellId && entry.Message.StartsWith("Learning rate 0.01 chosen by validation loss (0.01: ", StringComparison.Ordinal));
            Assert.Equal(0.01, store.TrainingPoints(run, cell.CellId)[0].LearningRate, 6);
            Assert.Equal(30, store.TrainingPoints(run, cell.CellId)[^1].Step);
        }

        Assert.Single(store.Metrics(run).Where(metric => metric.Key is { SuiteId: "mqar", Metric: "acc", TestedLoopCount: 1, Split: "test", Slice: null }).Select(metric => metric.Key).Distinct());
    }
}
