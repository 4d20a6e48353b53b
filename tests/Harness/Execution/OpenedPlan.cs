using LT2.Eval.Harness.Commands;
using LT2.Eval.Harness.Execution;
using LT2.Eval.Harness.Plans;
using LT2.Eval.Models.Runtime;
using LT2.Eval.Results.Records;
using LT2.Eval.Results.Store;
using LT2.Eval.Tasks.Plugins;

namespace LT2.Eval.Harness.Tests.Execution;

/// <summary>A plan in a folder of its own, with a store in which its run has begun: what a test needs to carry out single cells.</summary>
internal sealed class OpenedPlan : IDisposable
{
    /// <summary>A plan of two training steps a model: one variant, one case, one loop count.</summary>
    /// <param name="seeds">Training seeds, as YAML writes them.</param>
    /// <param name="learningRates">Learning rates to sweep; null for the recipe's.</param>
    public static string Recall(string seeds = "[1]", string? learningRates = null) => $$"""
        name: recall
        testSetSeed: 3
        seeds: {{seeds}}
        experiments:
          - name: recall
            variants: [lt2-gdn@micro]
            trainedLoopCounts: [1]
            testedLoopCounts: [1]
            train: { suite: mqar, parameters: { length: 16, pairs: 2, vocabulary: 16 }, validationSamples: 4 }
            tests: [ { suite: mqar, parameters: { length: 16, pairs: 2, vocabulary: 16 }, samples: 4 } ]
            recipe: { steps: 2, batchSize: 4 }
        {{(learningRates is null ? "" : $"    learningRates: {learningRates}")}}
        """;

    public OpenedPlan(string text, params (string Name, string Text)[] otherFiles)
    {
        TorchRuntime.SetThreads(1);
        foreach (var (name, content) in otherFiles)
        {
            File.WriteAllText(Path.Combine(Folder, name), content);
        }

        var path = Path.Combine(Folder, "plan.yaml");
        File.WriteAllText(path, text);
        Session = PlanSession.Open(path, null, PluginSet.BuiltIn);
        Store = ResultStore.Open(Path.Combine(Folder, ResultStore.FileName), StoreAccess.ReadWrite);
        Store.CreateRun(new("run", Session.Plan.Name, "hash", text, "build", null, null, DateTimeOffset.UnixEpoch, null, RunStatus.Running, "host", "lt2"));
    }

    public string Folder { get; } = Directory.CreateTempSubdirectory("lt2-cells-").FullName;

    public PlanSession Session { get; }

    public ResultStore Store { get; }

    /// <summary>Cells are carried out on the CPU, with checkpoints in a folder of this name.</summary>
    public CellContext Context(string checkpoints = "checkpoints", IRunProgress? progress = null) => Session.Context(
        "run", Store, Path.Combine(Folder, checkpoints), ComputeDevice.Cpu, "cpu", TimeProvider.System, progress ?? new LineProgress(TextWriter.Null, TimeProvider.System));

    public void Dispose()
    {
        Store.Dispose();
        Directory.Delete(Folder, recursive: true);
    }
}
