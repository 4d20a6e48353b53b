using System.Net;
using System.Net.Sockets;
using LT2.Eval.Models.Looping;
using LT2.Eval.Models.Runtime;
using LT2.Eval.Models.Training;
using LT2.Eval.Models.Training.Parallel;
using TorchSharp;

namespace LT2.Eval.Models.Tests.Training;

/// <summary>Several members of a group (threads here, which meet as processes do), give the training of one process in one piece.</summary>
public sealed class DataParallelTests : IDisposable
{
    // Models are float64, so that twelve steps do not turn sums in another order into differences; what mixers compute in float32 whatever the model's type remains.
    const double Tolerance = 1e-5;
    static readonly TrainingRecipe Recipe = new() { Steps = 12, LearningRate = 0.002, BatchSize = 16 };
    readonly string folder = Directory.CreateTempSubdirectory("lt2-parallel-").FullName;

    public DataParallelTests() => TorchRuntime.SetThreads(1);

    public void Dispose() => Directory.Delete(folder, recursive: true);

    [Theory]
    [InlineData("lt2-gdn", 2, 1, ReduceSchedule.AfterBackward)]
    [InlineData("lt2-gdn", 2, 1, ReduceSchedule.DuringBackward)]
    [InlineData("lt2-gdn", 4, 8, ReduceSchedule.DuringBackward)]
    [InlineData("lt2-hybrid-full-gdn", 3, 1, ReduceSchedule.DuringBackward)]
    [InlineData("lt2-dsa", 2, 1, ReduceSchedule.DuringBackward)]
    [InlineData("lt2-gdn-carry", 2, 1, ReduceSchedule.DuringBackward)]
    public void A_group_gives_the_training_of_one_process(string variant, int size, int parts, ReduceSchedule schedule)
    {
        var recipe = Recipe with { GradientAccumulationSteps = parts, BatchSize = size == 3 ? 18 : 16 };
        var alone = Run(variant, recipe with { GradientAccumulationSteps = 1 }, null);
        var members = Group(size, group => Run(variant, recipe, new TrainingOptions { Group = group, ReduceSchedule = schedule, LogEverySteps = 3 }));
        Assert.All(members, member => Same(alone, member));
        Assert.All(members, member => Assert.Equal(members[0].Weights, member.Weights)); // to the last bit
        Assert.All(members, member => Assert.Contains($"{size} processes over sockets", member.Result.Execution, StringComparison.Ordinal));
    }

    [Fact]
    public void Labels_that_lie_unevenly_weigh_as_in_the_whole_batch()
    {
        var alone = Run("looped-full", Recipe, null, new FewLabels());
        var members = Group(2, group => Run("looped-full", Recipe, new TrainingOptions { Group = group, LogEverySteps = 3 }, new FewLabels()));
        Assert.All(members, member => Same(alone, member));
    }

    [Fact]
    public void A_group_resumes_from_the_state_of_its_first_process_and_stops_after_the_same_step()
    {
        var whole = Run("lt2-gdn", Recipe with { Steps = 24 }, null);
        using var cancellation = new CancellationTokenSource();
        var stopped = Group(2, group => Run("lt2-gdn", Recipe with { Steps = 24 }, new TrainingOptions
        {
            Group = group, LogEverySteps = 1, StateFolder = group.Rank == 0 ? folder : null, CancellationToken = group.Rank == 1 ? cancellation.Token : default,
            Progress = new Reaction(point => { if (point.Step == 3) cancellation.Cancel(); }), // noticed at the next question, after step 8
        }));
        Assert.All(stopped, member => Assert.Equal((TrainingOutcome.Interrupted, 8), (member.Result.Outcome, member.Result.StepsDone)));
        var resumed = Group(2, group => Run("lt2-gdn", Recipe with { Steps = 24 }, new TrainingOptions { Group = group, LogEverySteps = 3, StateFolder = group.Rank == 0 ? folder : null }));
        Assert.All(resumed, member => Assert.Equal(24, member.Result.StepsDone));
        Assert.All(resumed, member => Close(whole.Weights, member.Weights));
    }

    [Theory]
    [InlineData(5, 1)]
    [InlineData(2, 3)]
    public void Rows_that_cannot_be_shared_are_refused_with_the_numbers(int size, int parts)
    {
        var messages = Group(size, group => Assert.Throws<ModelException>(() => StepShare.Of(Recipe with { GradientAccumulationSteps = parts }, group)).Message);
        Assert.All(messages, message => Assert.Contains(size.ToString(System.Globalization.CultureInfo.InvariantCulture), message, StringComparison.Ordinal));
    }

    sealed record Trained(TrainingResult Result, double[] Weights);

    static Trained Run(string variant, TrainingRecipe recipe, TrainingOptions? options, ITokenBatchSource? source = null)
    {
        using var model = LoopedModel.Create(Variants.Small(variant, 2), 1, ComputeDevice.Cpu, torch.ScalarType.Float64);
        var result = Trainer.Train(model, source ?? new CopyTask(batch: recipe.BatchSize), recipe, options ?? new TrainingOptions { LogEverySteps = 3 });
        return new(result, model.Parameters.Flat.data<double>().ToArray());
    }

    static void Same(Trained expected, Trained actual)
    {
        Assert.Equal(expected.Result.Points.Select(point => (point.Step, point.Tokens)), actual.Result.Points.Select(point => (point.Step, point.Tokens)));
        foreach (var (one, other) in expected.Result.Points.Zip(actual.Result.Points))
        {
            Assert.Equal(one.Loss, other.Loss, one.Loss * Tolerance);
            Assert.Equal(one.GradientNorm, other.GradientNorm, one.GradientNorm * Tolerance);
            Assert.All(one.ResidualRmsByLoop.Zip(other.ResidualRmsByLoop), pair => Assert.Equal(pair.First, pair.Second, pair.First * Tolerance));
        }
        Close(expected.Weights, actual.Weights);
    }

    static void Close(double[] expected, double[] actual)
    {
        var difference = Math.Sqrt(expected.Zip(actual).Sum(pair => Math.Pow(pair.First - pair.Second, 2)) / expected.Sum(value => value * value));
        Assert.InRange(difference, 0, 10 * Tolerance);
    }

    /// <summary>Runs every member on a thread of its own, joined over loopback sockets.</summary>
    static T[] Group<T>(int size, Func<IProcessGroup, T> member)
    {
        var address = $"127.0.0.1:{FreePort()}";
        var results = new T[size];
        var errors = new Exception?[size];
        var threads = Enumerable.Range(0, size).Select(rank => new Thread(() =>
        {
            try
            {
                using var group = new SocketProcessGroup(Rendezvous.Meet(address, rank, size));
                results[rank] = member(group);
            }
            catch (Exception error)
            {
                errors[rank] = error;
            }
        })).ToList();
        threads.ForEach(thread => thread.Start());
        threads.ForEach(thread => thread.Join());
        Assert.All(errors, Assert.Null);
        return results;
    }

    static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    /// <summary>The first rows ask for one token, the others for three.</summary>
    sealed class FewLabels : ITokenBatchSource
    {
        public TokenBatch GetBatch(int step)
        {
            var whole = new CopyTask().GetBatch(step);
            using var scope = torch.NewDisposeScope();
            whole.Labels.narrow(0, 0, 8).narrow(1, 0, whole.Labels.shape[1] - 1).fill_(TokenBatch.NoLabel);
            whole.Labels.narrow(0, 8, 8).narrow(1, 0, whole.Labels.shape[1] - 3).fill_(TokenBatch.NoLabel);
            return whole;
        }
    }

    sealed class Reaction(Action<TrainingPoint> act) : IProgress<TrainingPoint>
    {
        public void Report(TrainingPoint value) => act(value);
    }
}
