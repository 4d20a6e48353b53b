using LT2.Eval.Models.Kernels;
using LT2.Eval.Models.Training;
using static TorchSharp.torch;

namespace LT2.Eval.Models.Tests.Cuda;

public sealed class FusedAdamWTests
{
    static readonly TrainingRecipe Recipe = new() { Steps = 20, LearningRate = 0.01, WarmupFraction = 0.2, WeightDecay = 0.1, ClipNorm = 3, MinimumLearningRateFraction = 0.1 };

    [Theory]
    [InlineData("float32", 1e-6)]
    [InlineData("bfloat16", 1e-6)]
    public void Twelve_steps_equal_the_update_in_float64(string type, double tolerance)
    {
        var device = Gpu.RequireKernels();
        using var scope = NewDisposeScope();
        using var noGrad = no_grad();
        const int count = 10_003, decayed = 7_000;
        var start = randn(count).to(Gpu.Type(type));
        var parameters = start.to(device.TorchDevice, copy: true);
        var gradient = zeros_like(parameters);
        using var optimiser = new FusedAdamW(parameters, gradient, decayed, FusedAdamWSettings.Of(Recipe));
        var (w, m, v) = (start.to(ScalarType.Float64), zeros(count, ScalarType.Float64), zeros(count, ScalarType.Float64));
        for (var step = 0; step < 12; step++)
        {
            var g = randn(count).mul(0.02 * (step + 1)).to(Gpu.Type(type));
            gradient.copy_(g);
            optimiser.Step();
            var exact = g.to(ScalarType.Float64);
            var norm = exact.norm().item<double>();
            exact = exact.mul(Math.Min(1, Recipe.ClipNorm / (norm + 1e-6)));
            var rate = Recipe.LearningRateAt(step);
            m = m.mul(Recipe.Beta1).add(exact.mul(1 - Recipe.Beta1));
            v = v.mul(Recipe.Beta2).add(exact.square().mul(1 - Recipe.Beta2));
            w = cat([w.narrow(0, 0, decayed).mul(1 - rate * Recipe.WeightDecay), w.narrow(0, decayed, count - decayed)]);
            w = w.sub(m.div(1 - Math.Pow(Recipe.Beta1, step + 1)).div(v.div(1 - Math.Pow(Recipe.Beta2, step + 1)).sqrt().add(Recipe.Epsilon)).mul(rate));
            var status = optimiser.Read();
            Assert.Equal(step + 1, status.FinishedSteps);
            Assert.Equal(rate, status.LearningRate, 1e-6);
            Assert.Equal(norm, status.GradientNorm, norm * 1e-4);
            Assert.Equal(0, gradient.abs().max().to(ScalarType.Float32).cpu().item<float>());
        }
        Assert.InRange(Gpu.RelativeError(optimiser.Master, w), 0, tolerance);
        Assert.InRange(Gpu.RelativeError(parameters, w), 0, type == "bfloat16" ? 3e-3 : tolerance);
    }

    [Fact]
    public void A_gradient_that_is_not_finite_changes_no_weight_and_is_counted()
    {
        var device = Gpu.RequireKernels();
        using var scope = NewDisposeScope();
        using var noGrad = no_grad();
        var parameters = ones(100, device: device.TorchDevice);
        var gradient = ones(100, device: device.TorchDevice);
        gradient[3] = float.NaN;
        using var optimiser = new FusedAdamW(parameters, gradient, 100, FusedAdamWSettings.Of(Recipe));
        optimiser.Step();
        Assert.Equal(100, parameters.sum().cpu().item<float>());
        Assert.Equal((0, 1), (optimiser.Read().FinishedSteps, optimiser.Read().SkippedSteps));
    }
}
