using System.Diagnostics;
using LT2.Eval.Models.Definitions;
using LT2.Eval.Models.Kernels;
using LT2.Eval.Models.Runtime;
using LT2.Eval.Models.Runtime.Cuda;
using LT2.Eval.Models.Training;
using LT2.Eval.Models.Training.Parallel;
using static TorchSharp.torch;

namespace LT2.Eval.Benchmarks.Cuda;

/// <summary>A whole training step: the next batch's copy, forward, loss at the last loop, backward, clipping, AdamW. bfloat16 with float32 master weights.</summary>
internal static class TrainingStepBenchmark
{
    internal sealed record Shape(ModelDefinition Definition, int Batch, int Length, int EagerSteps);

    internal static Shape Small => new(BenchmarkModels.Define("looped-full", 128, 2, 4, 4, 512, 8192, 256), 64, 256, 30);
    internal static Shape SmallGatedDeltaNet => new(BenchmarkModels.Define("lt2-gdn", 128, 2, 4, 4, 512, 8192, 256), 64, 256, 10);
    internal static Shape Language => new(BenchmarkModels.Define("looped-full", 512, 6, 4, 8, 1408, 32768, 512), 32, 512, 10);

    internal static IEnumerable<CudaFigure> Measure(ComputeDevice device, Shape shape)
    {
        FusedOperations.Enabled = true;
        yield return Graph(device, shape);
        yield return Eager(device, shape, "eager, fused kernels");
        FusedOperations.Enabled = false;
        try
        {
            yield return Eager(device, shape, "eager, plain operations");
        }
        finally
        {
            FusedOperations.Enabled = true;
        }
    }

    static string Name(Shape shape) => FormattableString.Invariant($"training step, {shape.Definition.VariantId}, {shape.Definition.LayerCount} layers x {shape.Definition.LoopCount} loops, batch {shape.Batch}, length {shape.Length}, vocabulary {shape.Definition.VocabularySize}");

    static CudaFigure Graph(ComputeDevice device, Shape shape)
    {
        using var model = BenchmarkModels.Create(shape.Definition, device);
        var recipe = new TrainingRecipe { Steps = 100_000, BatchSize = shape.Batch, LearningRate = 1e-3 };
        using var optimiser = new AdamW(model.Parameters, recipe);
        using var source = new FixedBatches(shape);
        using var alone = new StepGroup(model, recipe, new TrainingOptions());
        using var training = CapturedTraining.TryCreate(model, source, recipe, optimiser, alone, new TrainingOptions(), 0, out var execution);
        if (training is null) return new(Name(shape), execution, double.NaN, double.NaN, 0);
        void Step()
        {
            if (training.Prepare(log: false) is { } problem) throw new InvalidOperationException(problem);
            training.Step(0, 0, log: false);
        }
        var watch = new Stopwatch();
        var before = CudaMemory.Read().UsedBytes;
        for (var i = 0; i < 5; i++) Step();
        device.Synchronise();
        using var management = NvmlDevice.Open();
        var energy = management.EnergyJoules();
        watch.Start();
        var figure = CudaTimer.Time(Name(shape), "graph, fused kernels", Step, repetitions: 20, blocks: 20, warmUps: 0);
        device.Synchronise();
        watch.Stop();
        var joules = management.EnergyJoules() - energy;
        var steps = 400;
        var replay = CudaTimer.Time("replay", "graph", training.ReplayOnce, repetitions: 20, blocks: 5);
        var tokens = shape.Batch * (double)shape.Length;
        return figure with
        {
            Values = new Dictionary<string, double>
            {
                ["wallMillisecondsPerStep"] = watch.Elapsed.TotalMilliseconds / steps,
                ["deviceMillisecondsPerStep"] = replay.MedianMilliseconds,
                ["deviceBusyShare"] = replay.MedianMilliseconds / (watch.Elapsed.TotalMilliseconds / steps),
                ["tokensPerSecond"] = tokens * steps / watch.Elapsed.TotalSeconds,
                ["joulesPerThousandTokens"] = joules / (tokens * steps / 1000) ?? double.NaN,
                ["usedBytes"] = CudaMemory.Read().UsedBytes - before,
                ["parameters"] = model.Parameters.Flat.NumberOfElements,
            },
        };
    }

    static CudaFigure Eager(ComputeDevice device, Shape shape, string execution)
    {
        using var model = BenchmarkModels.Create(shape.Definition, device);
        var recipe = new TrainingRecipe { Steps = 100_000, BatchSize = shape.Batch, LearningRate = 1e-3 };
        using var optimiser = new AdamW(model.Parameters, recipe);
        using var source = new FixedBatches(shape);
        using var alone = new StepGroup(model, recipe, new TrainingOptions());
        using var training = new EagerTraining(model, source, recipe, optimiser, alone, 0, 0, recipe.Steps);
        var step = 0;
        return CudaTimer.Time(Name(shape), execution, () => training.Step(step++, 0, log: false), repetitions: 1, blocks: shape.EagerSteps);
    }

    /// <summary>Eight drawn batches over and over.</summary>
    sealed class FixedBatches : ITokenBatchSource, IDisposable
    {
        readonly Tensor[] drawn;

        internal FixedBatches(Shape shape)
        {
            using var generator = new Generator(7, CPU);
            drawn = [.. Enumerable.Range(0, 8).Select(_ => randint(shape.Definition.VocabularySize, [shape.Batch, shape.Length], dtype: ScalarType.Int64, generator: generator))];
        }

        public TokenBatch GetBatch(int step) => new(drawn[step % 8].alias(), drawn[(step + 1) % 8].alias());

        public void Dispose()
        {
            foreach (var batch in drawn) batch.Dispose();
        }
    }
}
