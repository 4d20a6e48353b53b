using LT2.Eval.Models.Looping;
using LT2.Eval.Models.Runtime;
using LT2.Eval.Models.Training;
using static TorchSharp.torch;

namespace LT2.Eval.Models.Tests.Training;

public sealed class TrainingStepsTests
{
    sealed class Tokens : ITokenBatchSource
    {
        public TokenBatch GetBatch(int step)
        {
            using var scope = NewDisposeScope();
            using var generator = new Generator((ulong)step, CPU);
            var ids = randint(32, [4, 16], dtype: ScalarType.Int64, generator: generator);
            return new(ids.MoveToOuterDisposeScope(), ids.roll(-1, 1).MoveToOuterDisposeScope());
        }
    }

    static readonly TrainingRecipe Recipe = new() { Steps = 50, BatchSize = 4, LearningRate = 0.003 };

    [Theory]
    [InlineData("looped-full")]
    [InlineData("lt2-gdn")]
    public void Steps_one_by_one_give_the_weights_that_the_trainer_gives(string variant)
    {
        using var model = LoopedModel.Create(Variants.Small(variant, vocabulary: 32), 1, ComputeDevice.Cpu);
        using var trained = LoopedModel.Create(Variants.Small(variant, vocabulary: 32), 1, ComputeDevice.Cpu);
        using (var steps = new TrainingSteps(model, new Tokens(), Recipe))
        {
            for (var i = 0; i < 7; i++) steps.Step();
            Assert.StartsWith("eager: ", steps.Execution, StringComparison.Ordinal);
        }
        Trainer.Train(trained, new Tokens(), Recipe, new TrainingOptions { StopAfterStep = 7 });
        Assert.Equal(0, Variants.Distance(model.Parameters.Flat, trained.Parameters.Flat));
    }

    [Fact]
    public void A_recipe_with_problems_is_refused()
    {
        using var model = LoopedModel.Create(Variants.Small("looped-full", vocabulary: 32), 1, ComputeDevice.Cpu);
        Assert.Throws<ModelException>(() => new TrainingSteps(model, new Tokens(), Recipe with { LearningRate = -1 }));
    }
}
