using LT2.Eval.Models.Looping;
using LT2.Eval.Models.Tests.Training;
using LT2.Eval.Models.Training;
using LT2.Eval.Models.Training.Parallel;
using static TorchSharp.torch;

namespace LT2.Eval.Models.Tests.Cuda;

/// <summary>Gradients summed layer by layer on a stream of their own, within the captured step, are those that are summed after it.</summary>
public sealed class ReduceScheduleTests
{
    static readonly TrainingRecipe Recipe = new() { Steps = 16, BatchSize = 8, LearningRate = 1e-4 };

    // float32 alone: of bfloat16 models two runs with one schedule end up to half the way apart, since library kernels add in no fixed order and AdamW makes much of little.
    [Theory]
    [InlineData("looped-full")]
    [InlineData("lt2-gdn")]
    [InlineData("lt2-hybrid-full-gdn")]
    public void Both_schedules_train_the_same_weights(string variant)
    {
        var start = Train(variant, ReduceSchedule.AfterBackward, steps: 0);
        var after = Train(variant, ReduceSchedule.AfterBackward, Recipe.Steps);
        var during = Train(variant, ReduceSchedule.DuringBackward, Recipe.Steps);

        double Distance(double[] a, double[] b) => Math.Sqrt(a.Zip(b, (x, y) => (x - y) * (x - y)).Sum());
        var moved = Distance(start, after);
        Assert.True(moved > 0);
        // A part of a gradient that was sent too early, or not at all, keeps its sign: its weights would move the other way, by twice the way itself.
        Assert.InRange(Distance(after, during) / moved, 0, 0.1);
    }

    static double[] Train(string variant, ReduceSchedule schedule, int steps)
    {
        using var model = LoopedModel.Create(Variants.Small(variant), 1, Gpu.RequireKernels(), ScalarType.Float32);
        if (steps > 0)
        {
            // Two logged steps; those between are the graph that training spends its time in.
            var result = Trainer.Train(model, new CopyTask(batch: Recipe.BatchSize), Recipe, new TrainingOptions { Group = new Negating(), ReduceSchedule = schedule, LogEverySteps = 100 });
            Assert.StartsWith("CUDA graph", result.Execution, StringComparison.Ordinal);
        }
        using var host = model.Parameters.Flat.detach().to(ScalarType.Float64).cpu();
        return host.data<double>().ToArray();
    }

    /// <summary>One of two processes whose sums are the tensor with the other sign, issued on the current stream as a real group's are.</summary>
    sealed class Negating : IProcessGroup
    {
        public int Rank => 0;

        public int Size => 2;

        public string Description => "a stand-in";

        public void AllReduceSum(Tensor tensor)
        {
            using var noGrad = no_grad();
            tensor.neg_();
        }

        public void Broadcast(Tensor tensor)
        {
        }

        public byte[] BroadcastBytes(byte[]? fromFirst) => fromFirst ?? [];

        public bool Any(bool flag) => flag;

        public void Dispose()
        {
        }
    }
}
