using LT2.Eval.Results.Records;
using LT2.Eval.Results.Store;

namespace LT2.Eval.EndToEnd.Tests;

public sealed class ReachTests
{
    private const string Plan = """
        name: reach
        testSetSeed: 11
        seeds: [1]
        dtype: float32
        experiments:
          - name: windows
            variants: [lt2-window@micro, looped-full@micro]
            trainedLoopCounts: [2]
            testedLoopCounts: [1, 2, 3]
            train:
              suite: mqar
              parameters: { length: 16, pairs: 2, vocabulary: 16 }
              validationSamples: 20
            tests: [ { suite: mqar, parameters: { length: 16, pairs: 2, vocabulary: 16 }, samples: 20 } ]
            recipe: { steps: 5, batchSize: 8 }
            reachLength: 128
        """;

    // One layer with a window of 16 tokens, itself among them: 15 tokens back a loop.
    [Fact]
    public void A_window_reaches_as_many_windows_back_as_it_loops_and_full_attention_reaches_everything()
    {
        using var plan = new TinyPlan(Plan);
        var (exit, _, error) = Lt2.Run("run", plan.PlanPath, "--out", plan.Folder, "--device", "cpu", "--no-report");

        Assert.True(exit == 0, error);
        using var store = ResultStore.Open(plan.StorePath, StoreAccess.ReadOnly);
        var reach = store.Metrics(store.Runs()[0].RunId).Where(metric => metric.Key.Metric == "reach").ToLookup(metric => metric.Key.VariantId, metric => ((int)metric.Key.TestedLoopCount!, metric.Value));
        Assert.Equal([(1, 15.0), (2, 30.0), (3, 45.0)], reach["lt2-window@micro"].Order());
        Assert.Equal([(1, 127.0), (2, 127.0), (3, 127.0)], reach["looped-full@micro"].Order());
        var cells = store.Cells(store.Runs()[0].RunId).ToLookup(cell => cell.Kind, cell => cell.CheckpointHash!);
        // The test and the reach of each variant say whose weights they looked at.
        Assert.Equal(cells[CellKind.Train].Concat(cells[CellKind.Train]).Order(), cells[CellKind.Score].Order());
    }
}
