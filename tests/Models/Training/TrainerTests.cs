using LT2.Eval.Models.Definitions;
using LT2.Eval.Models.Looping;
using LT2.Eval.Models.Runtime;
using LT2.Eval.Models.Training;
using TorchSharp;

namespace LT2.Eval.Models.Tests.Training;

public sealed class TrainerTests : IDisposable
{
    static readonly TrainingRecipe Recipe = new() { Steps = 12, LearningRate = 0.01, BatchSize = 16 };
    readonly string folder = Directory.CreateTempSubdirectory("lt2-models-").FullName;

    /// <summary>One variant for each mixer, and those whose training differs.</summary>
    public static TheoryData<string> Names =>
    [
        .. Variants.Catalogue.BaseVariantNames.Where(name => Variants.Small(name).Slots[0] is [var only] && name != "lt2-loop-gdn-full").DistinctBy(name => Variants.Small(name).Slots[0][0]),
        "looped-full-every-loop", "looped-full-random-loops", "lt2-random-window", "lt2-gdn-carry", "ouro",
    ];

    public TrainerTests() => TorchRuntime.SetThreads(1);

    public void Dispose() => Directory.Delete(folder, recursive: true);

    static LoopedModel NewModel(string name = "lt2-gdn", int loopCount = 2) => LoopedModel.Create(Variants.Small(name, loopCount), 1, ComputeDevice.Cpu);

    static float[] Weights(LoopedModel model) => model.Parameters.Flat.data<float>().ToArray();

    [Theory]
    [MemberData(nameof(Names))]
    public void The_loss_on_a_copy_task_falls_by_half(string name)
    {
        using var model = NewModel(name, Variants.Catalogue.Resolve(name + "@micro").LoopCount);
        var result = Trainer.Train(model, new CopyTask(half: 3), Recipe with { Steps = 400, LearningRate = 0.01 }, new TrainingOptions { LogEverySteps = 100 });
        Assert.Equal(TrainingOutcome.Finished, result.Outcome);
        Assert.InRange(result.Points[^1].Loss, 0, result.Points[0].Loss / 2);
    }

    [Fact]
    public void Two_runs_with_one_seed_give_the_same_bits()
    {
        using var first = NewModel();
        using var second = NewModel();
        Trainer.Train(first, new CopyTask(), Recipe, new TrainingOptions());
        Trainer.Train(second, new CopyTask(), Recipe, new TrainingOptions());
        Assert.Equal(Weights(first), Weights(second));
    }

    [Theory]
    [InlineData(LossKind.LastLoop)]
    [InlineData(LossKind.RandomLoopCount)]
    public void A_resumed_run_gives_the_bits_of_an_uninterrupted_one(LossKind loss)
    {
        var recipe = Recipe with { Loss = new LossDefinition(loss) };
        using var whole = NewModel();
        var expected = Trainer.Train(whole, new CopyTask(), recipe, new TrainingOptions { LogEverySteps = 4 });
        using (var part = NewModel())
            Assert.Equal(7, Trainer.Train(part, new CopyTask(), recipe, new TrainingOptions { LogEverySteps = 4, StateFolder = folder, StopAfterStep = 7 }).StepsDone);
        using var rest = NewModel();
        var source = new CopyTask();
        var result = Trainer.Train(rest, source, recipe, new TrainingOptions { LogEverySteps = 4, StateFolder = folder });
        Assert.Equal(5, source.Requests);
        Assert.Equal(Weights(whole), Weights(rest));
        Assert.Equal(expected.Points[^1] with { ResidualRmsByLoop = [] }, result.Points[^1] with { ResidualRmsByLoop = [] });
    }

    [Fact]
    public void A_cancelled_run_keeps_its_state_and_says_so()
    {
        using var cancellation = new CancellationTokenSource();
        using var model = NewModel();
        var progress = new Reaction(point => { if (point.Step >= 3) cancellation.Cancel(); });
        var result = Trainer.Train(model, new CopyTask(), Recipe,
            new TrainingOptions { LogEverySteps = 1, Progress = progress, StateFolder = folder, CancellationToken = cancellation.Token });
        Assert.Equal((TrainingOutcome.Interrupted, 3), (result.Outcome, result.StepsDone));
        Assert.Contains("after step 3 of 12", result.Reason, StringComparison.Ordinal);
        using var rest = NewModel();
        Assert.Equal(12, Trainer.Train(rest, new CopyTask(), Recipe, new TrainingOptions { StateFolder = folder }).StepsDone);
    }

    [Fact]
    public void A_kept_state_of_another_recipe_is_refused()
    {
        using var model = NewModel();
        Trainer.Train(model, new CopyTask(), Recipe, new TrainingOptions { StateFolder = folder, StopAfterStep = 2 });
        var error = Assert.Throws<ModelException>(() => Trainer.Train(model, new CopyTask(), Recipe with { LearningRate = 0.02 }, new TrainingOptions { StateFolder = folder }));
        Assert.Contains("belongs to another model, recipe, seed", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_loss_that_is_not_finite_is_a_divergence_not_an_error()
    {
        using var model = NewModel();
        using (torch.no_grad()) model.Parameters.View("norm.weight").fill_(double.NaN).Dispose();
        var result = Trainer.Train(model, new CopyTask(), Recipe, new TrainingOptions());
        Assert.Equal(TrainingOutcome.Diverged, result.Outcome);
        Assert.Contains("NaN at step 1", result.Reason, StringComparison.Ordinal);
    }

    [Fact]
    public void A_point_has_everything_that_stability_plots_need()
    {
        using var model = NewModel(loopCount: 3);
        var points = Trainer.Train(model, new CopyTask(), Recipe, new TrainingOptions { LogEverySteps = 5 }).Points;
        Assert.Equal([1, 5, 10, 12], points.Select(point => point.Step));
        Assert.Equal(5 * 16 * 12, points[1].Tokens);
        Assert.All(points, point => Assert.Equal(3, point.ResidualRmsByLoop.Count));
        Assert.All(points, point => Assert.True(point.GradientNorm > 0 && point.LearningRate > 0));
    }

    [Fact]
    public void The_learning_rate_warms_up_linearly_and_decays_to_its_floor()
    {
        var recipe = new TrainingRecipe { Steps = 100, WarmupFraction = 0.1, LearningRate = 1, MinimumLearningRateFraction = 0.1 };
        Assert.Equal(0.1, recipe.LearningRateAt(0), 1e-12);
        Assert.Equal(1, recipe.LearningRateAt(10), 1e-12);
        Assert.Equal(0.55, recipe.LearningRateAt(55), 1e-12);
        Assert.Equal(0.1, recipe.LearningRateAt(100), 1e-12);
    }

    [Fact]
    public void A_bad_recipe_names_every_field_at_once()
    {
        using var model = NewModel();
        var error = Assert.Throws<ModelException>(() =>
            Trainer.Train(model, new CopyTask(), new TrainingRecipe { Steps = 0, LearningRate = -1, Loss = new LossDefinition(LossKind.Weighted) }, new TrainingOptions()));
        Assert.Equal(3, error.Problems.Count);
    }

    [Fact]
    public void Weight_decay_leaves_norms_and_gates_alone()
    {
        using var model = NewModel();
        using var scope = torch.NewDisposeScope();
        var decayed = model.Parameters.Descriptions.Where(p => !p.NoWeightDecay).Sum(p => p.ElementCount);
        Assert.Equal(decayed, model.Parameters.DecayedCount);
        Assert.All(model.Parameters.Descriptions.Where(p => p.Name.Contains("norm", StringComparison.Ordinal) || p.Name.EndsWith("A_log", StringComparison.Ordinal)),
            p => Assert.True(p.NoWeightDecay));
    }

    [Theory]
    [InlineData(LossKind.EveryLoop)]
    [InlineData(LossKind.Weighted)]
    public void Losses_over_several_readouts_are_their_weighted_mean(LossKind kind)
    {
        var loss = new LossDefinition(kind, kind == LossKind.Weighted ? [1, 3] : null);
        using var model = NewModel(loopCount: 2);
        var point = Trainer.Train(model, new CopyTask(), Recipe with { Steps = 1, Loss = loss }, new TrainingOptions()).Points[0];
        double[] each = [.. ((double[][])[[1, 0], [0, 1]]).Select(weights =>
        {
            using var fresh = NewModel(loopCount: 2);
            return Trainer.Train(fresh, new CopyTask(), Recipe with { Steps = 1, Loss = new LossDefinition(LossKind.Weighted, weights) }, new TrainingOptions()).Points[0].Loss;
        })];
        Assert.Equal(kind == LossKind.Weighted ? (each[0] + 3 * each[1]) / 4 : (each[0] + each[1]) / 2, point.Loss, 1e-5);
    }

    [Fact]
    public void Training_leaves_no_tensor_behind()
    {
        using var model = NewModel();
        void Run(int steps) => Trainer.Train(model, new CopyTask(), Recipe with { Steps = steps }, new TrainingOptions { LogEverySteps = 2 });
        Run(2);
        var before = torch.Tensor.TotalCount;
        Run(8);
        Assert.Equal(before, torch.Tensor.TotalCount);
    }

    sealed class Reaction(Action<TrainingPoint> act) : IProgress<TrainingPoint>
    {
        public void Report(TrainingPoint value) => act(value);
    }
}
