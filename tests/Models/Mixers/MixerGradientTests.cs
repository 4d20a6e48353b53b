using LT2.Eval.Models.Mixers;
using static TorchSharp.torch;

namespace LT2.Eval.Models.Tests.Mixers;

public sealed class MixerGradientTests
{
    public static TheoryData<string, string> Cases => MixerUnderTest.Cases;

    [Theory, MemberData(nameof(Cases))]
    public void Gradients_equal_central_differences(string name, string options)
    {
        using var scope = NewDisposeScope();
        using var mixer = MixerUnderTest.Create(name, options.Replace("chunkLength=16", "chunkLength=4", StringComparison.Ordinal));
        var x = MixerUnderTest.Input(1, 9).requires_grad_();
        var weight = MixerUnderTest.Input(1, 9, seed: 23);
        Tensor Loss() => (mixer.Mixer.Forward(x, null, MixerUnderTest.Call(1, 0)) * weight).sum();

        mixer.Store.AttachGradients();
        Loss().backward();
        AssertDirection("x", x.grad!, x, Loss);
        foreach (var parameter in mixer.Description.Parameters)
        {
            using var view = mixer.Store.View(parameter.Name);
            AssertDirection(parameter.Name, GradientOf(mixer, parameter), view, Loss);
        }
    }

    /// <summary>The derivative along a random direction, by autograd and by differences of fourth order.</summary>
    internal static void AssertDirection(string what, Tensor gradient, Tensor values, Func<Tensor> loss)
    {
        using var scope = NewDisposeScope();
        using var off = no_grad();
        using var generator = new Generator(31, CPU);
        var direction = randn(values.shape, dtype: ScalarType.Float64, generator: generator);
        var original = values.clone();
        double At(double step)
        {
            values.copy_(original + (step * direction));
            return loss().item<double>();
        }
        const double H = 1e-4;
        var difference = ((8 * (At(H) - At(-H))) - (At(2 * H) - At(-2 * H))) / (12 * H);
        values.copy_(original);
        var automatic = (gradient * direction).sum().item<double>();
        Assert.True(
            Math.Abs(automatic - difference) <= 1e-6 * Math.Max(1, Math.Abs(difference)),
            $"{what}: autograd {automatic:R}, central differences {difference:R}");
    }

    /// <summary>The store's flat gradient holds parameters with weight decay first, then the others, each in the described order.</summary>
    internal static Tensor GradientOf(MixerUnderTest mixer, ParameterDescription wanted)
    {
        var offset = mixer.Description.Parameters.OrderBy(p => p.NoWeightDecay).TakeWhile(p => p.Name != wanted.Name).Sum(p => p.ElementCount);
        return mixer.Store.Gradient.narrow(0, offset, wanted.ElementCount).reshape([.. wanted.Shape.Select(n => (long)n)]);
    }
}
