using LT2.Eval.Models.Looping;
using LT2.Eval.Models.Training;
using static TorchSharp.torch;

namespace LT2.Eval.Models.Tests.Cuda;

public sealed class CapturedTrainingTests
{
    sealed class RandomTokens(int vocabulary, double labelled = 1) : ITokenBatchSource
    {
        public TokenBatch GetBatch(int step)
        {
            using var scope = NewDisposeScope();
            using var generator = new Generator((ulong)(100 + step), CPU);
            var ids = randint(vocabulary, [4, 32], dtype: ScalarType.Int64, generator: generator);
            var labels = ids.roll(1, 1);
            if (labelled < 1) labels = labels.masked_fill(rand(4, 32, generator: generator).gt(labelled), TokenBatch.NoLabel);
            return new(ids.MoveToOuterDisposeScope(), labels.MoveToOuterDisposeScope());
        }
    }

    static readonly TrainingRecipe Recipe = new() { Steps = 24, BatchSize = 4, LearningRate = 0.003, WarmupFraction = 0.1 };

    static (TrainingResult Result, double[] Weights) Train(string variant, bool eager, double labelled = 1, string? folder = null, int? stop = null, int microBatches = 1, ScalarType type = ScalarType.Float32)
    {
        var device = Gpu.RequireKernels();
        using var model = LoopedModel.Create(Variants.Small(variant, vocabulary: 32), 1, device, type);
        var result = Trainer.Train(model, new RandomTokens(32, labelled), Recipe with { GradientAccumulationSteps = microBatches },
            new TrainingOptions { LogEverySteps = 6, ForceEager = eager, StateFolder = folder, StopAfterStep = stop });
        using var host = model.Parameters.Flat.detach().to(ScalarType.Float64).cpu();
        return (result, host.data<double>().ToArray());
    }

    [Theory]
    [InlineData("looped-full", 1)]
    [InlineData("looped-full", 0.2)]
    [InlineData("lt2-gdn", 1)]
    public void Graph_and_eager_training_agree(string variant, double labelled)
    {
        var (eager, expected) = Train(variant, eager: true, labelled);
        var (graph, weights) = Train(variant, eager: false, labelled);
        Assert.Equal("CUDA graph", graph.Execution);
        Assert.StartsWith("eager: ", eager.Execution, StringComparison.Ordinal);
        Assert.Equal(TrainingOutcome.Finished, graph.Outcome);
        Assert.Equal(eager.Points.Select(p => (p.Step, p.Tokens)), graph.Points.Select(p => (p.Step, p.Tokens)));
        foreach (var (a, b) in eager.Points.Zip(graph.Points))
        {
            Assert.Equal(a.Loss, b.Loss, 1e-3 * a.Loss);
            Assert.Equal(a.GradientNorm, b.GradientNorm, 1e-2 * a.GradientNorm);
            Assert.Equal(a.LearningRate, b.LearningRate, 1e-7);
        }
        var error = Math.Sqrt(weights.Zip(expected, (a, b) => (a - b) * (a - b)).Sum() / expected.Sum(x => x * x));
        Assert.InRange(error, 0, 2e-3);
    }

    [Theory]
    [InlineData("looped-full", 1, ScalarType.Float32)]
    [InlineData("looped-full", 0.2, ScalarType.Float32)]
    [InlineData("lt2-gdn", 1, ScalarType.Float32)]
    [InlineData("looped-full", 0.2, ScalarType.BFloat16)]
    public void Graphs_of_micro_batches_agree_with_eager_ones(string variant, double labelled, ScalarType type)
    {
        var (eager, expected) = Train(variant, eager: true, labelled, microBatches: 2, type: type);
        var (graph, weights) = Train(variant, eager: false, labelled, microBatches: 2, type: type);
        Assert.Equal("CUDA graph", graph.Execution);
        foreach (var (a, b) in eager.Points.Zip(graph.Points))
        {
            Assert.Equal(a.Loss, b.Loss, (type == ScalarType.BFloat16 ? 2e-2 : 1e-3) * a.Loss);
            Assert.All(a.ResidualRmsByLoop.Zip(b.ResidualRmsByLoop), pair => Assert.Equal(pair.First, pair.Second, 2e-2 * pair.First));
        }
        var error = Math.Sqrt(weights.Zip(expected, (a, b) => (a - b) * (a - b)).Sum() / expected.Sum(x => x * x));
        Assert.InRange(error, 0, type == ScalarType.BFloat16 ? 3e-2 : 2e-3);
    }

    [Fact]
    public void Training_that_stops_and_goes_on_with_graphs_agrees_with_one_run()
    {
        var (_, expected) = Train("looped-full", eager: false);
        var folder = Directory.CreateTempSubdirectory("lt2-captured-").FullName;
        try
        {
            Assert.Equal(11, Train("looped-full", eager: false, folder: folder, stop: 11).Result.StepsDone);
            var (result, weights) = Train("looped-full", eager: false, folder: folder);
            Assert.Equal(Recipe.Steps, result.StepsDone);
            Assert.InRange(Math.Sqrt(weights.Zip(expected, (a, b) => (a - b) * (a - b)).Sum() / expected.Sum(x => x * x)), 0, 2e-3);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }
}
