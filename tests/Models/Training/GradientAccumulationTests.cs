using LT2.Eval.Models.Definitions;
using LT2.Eval.Models.Looping;
using LT2.Eval.Models.Runtime;
using LT2.Eval.Models.Training;
using static TorchSharp.torch;

namespace LT2.Eval.Models.Tests.Training;

public sealed class GradientAccumulationTests : IDisposable
{
    static readonly TrainingRecipe Recipe = new() { Steps = 6, LearningRate = 0.01, BatchSize = 8, WarmupFraction = 0 };
    readonly string folder = Directory.CreateTempSubdirectory("lt2-accumulation-").FullName;

    public GradientAccumulationTests() => TorchRuntime.SetThreads(1);

    public void Dispose() => Directory.Delete(folder, recursive: true);

    /// <summary>Rows with different numbers of labels; from a given row on none at all.</summary>
    sealed class UnevenRows(int emptyFrom = 8) : ITokenBatchSource
    {
        public TokenBatch GetBatch(int step)
        {
            using var scope = NewDisposeScope();
            using var generator = new Generator((ulong)step + 11, CPU);
            var ids = randint(19, [8, 10], dtype: ScalarType.Int64, generator: generator);
            var row = arange(8).unsqueeze(1);
            var asked = arange(10).unsqueeze(0).le(row).logical_and(row.lt(emptyFrom));
            return new(ids.MoveToOuterDisposeScope(), ids.roll(1, 1).masked_fill(asked.logical_not(), TokenBatch.NoLabel).MoveToOuterDisposeScope());
        }
    }

    static (TrainingResult Result, double[] Weights) Train(
        string variant, int microBatches, ScalarType type = ScalarType.Float64, LossKind loss = LossKind.LastLoop, ITokenBatchSource? source = null, TrainingOptions? options = null)
    {
        using var model = LoopedModel.Create(Variants.Small(variant, 2), 1, ComputeDevice.Cpu, type);
        var result = Trainer.Train(
            model, source ?? new UnevenRows(), Recipe with { GradientAccumulationSteps = microBatches, Loss = new(loss) }, options ?? new() { LogEverySteps = 2 });
        using var wide = model.Parameters.Flat.detach().to(ScalarType.Float64);
        return (result, wide.data<double>().ToArray());
    }

    static double RelativeDistance(double[] a, double[] b) => Math.Sqrt(a.Zip(b, (x, y) => (x - y) * (x - y)).Sum() / b.Sum(x => x * x));

    // In float64. AdamW divides by the root of the second moment, which amplifies the rounding of gradients near its ε from step to step.
    [Theory]
    [InlineData("lt2-gdn", 2, LossKind.LastLoop)]
    [InlineData("lt2-gdn", 8, LossKind.EveryLoop)]
    [InlineData("looped-full", 4, LossKind.RandomLoopCount)]
    [InlineData("ouro", 4, LossKind.ExitExpectation)]
    public void Micro_batches_give_the_step_of_the_whole_batch(string variant, int microBatches, LossKind loss)
    {
        var (whole, expected) = Train(variant, 1, loss: loss);
        var (split, weights) = Train(variant, microBatches, loss: loss);
        Assert.Equal(whole.Points.Select(point => (point.Step, point.Tokens)), split.Points.Select(point => (point.Step, point.Tokens)));
        foreach (var (a, b) in whole.Points.Zip(split.Points))
        {
            Assert.Equal(a.Loss, b.Loss, 1e-7);
            Assert.Equal(a.GradientNorm, b.GradientNorm, 1e-6);
            Assert.Equal(a.ResidualRmsByLoop.Count, b.ResidualRmsByLoop.Count);
            Assert.All(a.ResidualRmsByLoop.Zip(b.ResidualRmsByLoop), pair => Assert.Equal(pair.First, pair.Second, 1e-5));
        }
        Assert.InRange(RelativeDistance(weights, expected), 0, 1e-6);
    }

    [Fact]
    public void A_micro_batch_without_labels_changes_nothing()
    {
        var (_, expected) = Train("lt2-gdn", 1, source: new UnevenRows(emptyFrom: 3));
        var (result, weights) = Train("lt2-gdn", 4, source: new UnevenRows(emptyFrom: 3));
        Assert.Equal(6 * 80, result.Points[^1].Tokens);
        Assert.InRange(RelativeDistance(weights, expected), 0, 1e-7);
    }

    /// <summary>Summed in bfloat16, eight gradients would be off by several times a single rounding.</summary>
    [Fact]
    public void Gradients_of_a_bfloat16_model_add_up_in_float32()
    {
        using var model = LoopedModel.Create(Variants.Small("looped-full", 2), 1, ComputeDevice.Cpu, ScalarType.BFloat16);
        model.Parameters.AttachGradients();
        using var scope = NewDisposeScope();
        using var noGrad = no_grad();
        using var sum = new GradientSum(model.Parameters, 9);
        var exact = zeros_like(model.Parameters.Gradient, ScalarType.Float64);
        for (var part = 0; part < 9; part++)
        {
            var gradient = randn_like(model.Parameters.Gradient);
            exact.add_(gradient.to(ScalarType.Float64));
            model.Parameters.Gradient.add_(gradient);
            if (part < 8) sum.Add();
            else sum.Complete();
        }
        Assert.True(model.Parameters.Gradient.eq(exact.to(ScalarType.BFloat16)).to(ScalarType.Float64).mean().item<double>() > 0.999);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(4)]
    public void A_resumed_bfloat16_run_gives_the_bits_of_an_uninterrupted_one(int microBatches)
    {
        var (_, expected) = Train("lt2-gdn", microBatches, ScalarType.BFloat16);
        Assert.Equal(4, Train("lt2-gdn", microBatches, ScalarType.BFloat16, options: new() { StateFolder = folder, StopAfterStep = 4 }).Result.StepsDone);
        Assert.Equal(expected, Train("lt2-gdn", microBatches, ScalarType.BFloat16, options: new() { StateFolder = folder }).Weights);
    }

    /// <summary>1 + 2⁻⁹ is 1 in bfloat16, so small updates would vanish without the float32 copy.</summary>
    [Fact]
    public void A_bfloat16_model_learns_through_float32_weights()
    {
        using var model = LoopedModel.Create(Variants.Small("looped-full", 2), 1, ComputeDevice.Cpu, ScalarType.BFloat16);
        Trainer.Train(model, new UnevenRows(), Recipe with { LearningRate = 1e-5 }, new TrainingOptions { StateFolder = folder, StopAfterStep = 5 });
        var archive = Models.Checkpoints.Safetensors.Read(Path.Combine(folder, "training-state.safetensors"));
        using var scope = NewDisposeScope();
        var master = archive.Load("parameters");
        Assert.Equal(ScalarType.Float32, master.dtype);
        Assert.Equal(ScalarType.Float32, archive.Load("second_moment").dtype);
        Assert.True(master.to(ScalarType.BFloat16).eq(model.Parameters.Flat.detach()).all().item<bool>());
        Assert.True(master.ne(master.to(ScalarType.BFloat16).to(ScalarType.Float32)).to(ScalarType.Float64).mean().item<double>() > 0.5);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(3)]
    public void Steps_that_do_not_divide_the_batch_are_refused_before_training(int microBatches)
    {
        var error = Assert.Throws<ModelException>(() => Train("lt2-gdn", microBatches));
        Assert.Contains("gradientAccumulationSteps", error.Message, StringComparison.Ordinal);
        Assert.Contains("divide batchSize, 8", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void The_recipe_says_so_only_where_it_differs_and_reads_it_back()
    {
        Assert.DoesNotContain("gradientAccumulationSteps", DefinitionJson.Write(Recipe).ToJsonString(), StringComparison.Ordinal);
        var written = DefinitionJson.Write(Recipe with { GradientAccumulationSteps = 4 });
        Assert.Equal(4, DefinitionJson.ReadRecipe(written, "test").GradientAccumulationSteps);
    }
}
