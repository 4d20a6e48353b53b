using BenchmarkDotNet.Attributes;
using LT2.Eval.Harness.Execution.Batching;
using LT2.Eval.Models.Definitions;
using LT2.Eval.Models.Looping;
using LT2.Eval.Models.Runtime;
using LT2.Eval.Models.Training;
using LT2.Eval.Tasks;
using LT2.Eval.Tasks.Contracts;

namespace LT2.Eval.Benchmarks.Groups;

/// <summary>Training steps on recall as a plan runs them: batches from the generator, forward, backward, clipping, update. Twenty steps an operation, reported for one.</summary>
public class TrainingBenchmarks
{
    private const int Steps = 20;

    private readonly ComputeDevice device = BenchmarkDevice.Current;
    private LoopedModel model = null!;
    private GeneratedBatchSource source = null!;

    /// <summary>The model.</summary>
    [Params("looped-full@tiny", "lt2-gdn@tiny", "lt2-gdn@mini")]
    public string Variant { get; set; } = "";

    /// <summary>Micro-batches of a step.</summary>
    [Params(1, 4)]
    public int GradientAccumulationSteps { get; set; }

    /// <summary>A model and the recall task of the quick plan.</summary>
    [GlobalSetup]
    public void Setup()
    {
        var task = (IGeneratedCase)SuiteCatalog.All.First(suite => suite.Id == "mqar").CreateCase(new("mqar", new Dictionary<string, string> { ["length"] = "32", ["pairs"] = "4", ["vocabulary"] = "64" }));
        model = LoopedModel.Create(VariantCatalogue.Load().Resolve(Variant).WithVocabulary(task.VocabularySize).WithLoopCount(2), 1, device, BenchmarkDevice.ElementType);
        source = new GeneratedBatchSource(task, SampleSplit.Train, 1, 32);
    }

    /// <summary>A step.</summary>
    [Benchmark(OperationsPerInvoke = Steps)]
    public void Train() => Trainer.Train(
        model, source, new TrainingRecipe { Steps = Steps, LearningRate = 1e-4, GradientAccumulationSteps = GradientAccumulationSteps }, new TrainingOptions { LogEverySteps = Steps });

    /// <summary>Gives the memory back.</summary>
    [GlobalCleanup]
    public void Cleanup() => model.Dispose();
}
