using LT2.Eval.Models.Looping;
using LT2.Eval.Models.Runtime.Cuda;
using LT2.Eval.Models.Training;
using static TorchSharp.torch;

namespace LT2.Eval.Models.Tests.Cuda;

public sealed class SideBySideTests
{
    const int Count = 8;

    sealed class Tokens(int seed) : ITokenBatchSource
    {
        public TokenBatch GetBatch(int step)
        {
            using var scope = NewDisposeScope();
            using var generator = new Generator((ulong)(1000 * seed + step), CPU);
            var ids = randint(32, [4, 32], dtype: ScalarType.Int64, generator: generator);
            return new(ids.MoveToOuterDisposeScope(), ids.roll(1, 1).MoveToOuterDisposeScope());
        }
    }

    static double[] Losses(string variant, int seed, bool eager, ScalarType type)
    {
        var device = Gpu.RequireKernels();
        using var model = LoopedModel.Create(Variants.Small(variant, vocabulary: 32), seed, device, type);
        return [.. Trainer.Train(model, new Tokens(seed), new() { Steps = 40, BatchSize = 4, LearningRate = 0.003 }, new() { LogEverySteps = 10, ForceEager = eager }).Points.Select(point => point.Loss)];
    }

    [Theory]
    [InlineData("lt2-gdn", false, ScalarType.BFloat16)]
    [InlineData("lt2-gdn", true, ScalarType.Float32)]
    [InlineData("lt2-kda", false, ScalarType.BFloat16)]
    [InlineData("looped-full", false, ScalarType.BFloat16)]
    public void Training_repeats_to_the_last_digit_alone_and_beside_others(string variant, bool eager, ScalarType type)
    {
        var device = Gpu.RequireKernels();
        var alone = Enumerable.Range(1, Count).Select(seed => Losses(variant, seed, eager, type)).ToArray();
        Assert.Equal(alone[0], Losses(variant, 1, eager, type));
        var beside = new double[Count][];
        var failures = new Exception?[Count];
        var threads = Enumerable.Range(0, Count).Select(index => new Thread(() =>
        {
            try
            {
                using var stream = OwnStream.Take(device);
                beside[index] = Losses(variant, index + 1, eager, type);
            }
            catch (Exception error)
            {
                failures[index] = error;
            }
        })).ToList();
        threads.ForEach(thread => thread.Start());
        threads.ForEach(thread => thread.Join());

        Assert.All(failures, Assert.Null);
        Assert.Equal(alone, beside);
    }

    [Fact]
    public void Streams_of_their_own_are_different_ones_and_come_back()
    {
        var device = Gpu.Require();
        for (var round = 0; round < 40; round++)
        {
            using var first = OwnStream.Take(device);
            var handle = CudaStream.CurrentHandle(0);
            using (OwnStream.Take(device)) Assert.NotEqual(handle, CudaStream.CurrentHandle(0));
            Assert.Equal(handle, CudaStream.CurrentHandle(0));
            Assert.True(OwnStream.IsUsed(0));
        }
        Assert.False(OwnStream.IsUsed(0));
    }
}
