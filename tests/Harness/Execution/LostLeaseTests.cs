using LT2.Eval.Harness.Cluster.Attempts;
using LT2.Eval.Harness.Execution;
using LT2.Eval.Harness.Plans;
using LT2.Eval.Results.Records;

namespace LT2.Eval.Harness.Tests.Execution;

/// <summary>A worker that lost its cell to another one leaves no checkpoint, and leaves the other's as it is.</summary>
public sealed class LostLeaseTests : IDisposable
{
    private const string Plan = """
        name: lost
        testSetSeed: 3
        experiments:
          - name: teacher
            variants: [ouro@micro]
            testedLoopCounts: [1]
            train: { suite: mqar, parameters: { length: 16, pairs: 2, vocabulary: 16 }, validationSamples: 4 }
            tests:
              - { suite: mqar, parameters: { length: 16, pairs: 2, vocabulary: 16 }, samples: 4 }
            recipe: { steps: 2, batchSize: 4 }
        curricula:
          - name: parity
            variants: [lt2-gdn-neg@micro]
            trainedLoopCounts: [1]
            suite: parity
            task: parity-curriculum
            parameters: { stages: "8", stepsPerStage: 2 }
            recipe: { batchSize: 4 }
            evaluateEverySteps: 2
        conversions:
          - { name: converted, experiment: teacher, teacher: ouro@micro, recipe: one.yaml }
        """;

    private const string Recipe = """
        name: short
        layers: gdn
        alignment: { tokens: 128, sequenceLength: 16, batchSize: 4, learningRate: 0.01 }
        """;

    private readonly OpenedPlan plan = new(Plan, ("one.yaml", Recipe));
    private readonly CellContext context;

    public LostLeaseTests() => context = plan.Context();

    public void Dispose() => plan.Dispose();

    [Theory]
    [InlineData(CellKind.Train)]
    [InlineData(CellKind.Convert)]
    [InlineData(CellKind.Curriculum)]
    public void Nothing_appears_and_what_was_there_stays(CellKind kind)
    {
        var cells = plan.Session.Cells();
        var cell = cells.First(cell => cell.Kind == kind);
        foreach (var parent in cell.Parents)
        {
            Run(parent, () => { });
        }

        Assert.Throws<LeaseLostException>(() => Run(cell, Lost));
        Assert.Empty(Weights(cell));
        Run(cell, () => { });
        var published = Weights(cell);
        Assert.NotEmpty(published);
        Assert.Throws<LeaseLostException>(() => Run(cell, Lost));
        Assert.Equal(published, Weights(cell));
        Assert.Empty(Directory.EnumerateDirectories(context.CheckpointRoot, "*.new-*", SearchOption.AllDirectories));
    }

    private static void Lost() => throw new LeaseLostException("taken over");

    private void Run(CellDefinition cell, Action ensureStillOwned)
        => new InProcessExecutor(context with { EnsureStillOwned = ensureStillOwned }, plan.Session.Runners()).Attempt(cell, TestContext.Current.CancellationToken);

    /// <summary>Every weight file of the cell's checkpoints with the time it was written.</summary>
    private List<(string Path, DateTime Written)> Weights(CellDefinition cell) => Directory.Exists(context.CheckpointFolder(cell.Id))
        ? [.. Directory.EnumerateFiles(context.CheckpointFolder(cell.Id), "*.safetensors", SearchOption.AllDirectories).Order(StringComparer.Ordinal).Select(path => (path, File.GetLastWriteTimeUtc(path)))]
        : [];
}
