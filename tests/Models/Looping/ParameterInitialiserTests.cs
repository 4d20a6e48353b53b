using LT2.Eval.Models.Looping;
using LT2.Eval.Models.Mixers;
using TorchSharp;

namespace LT2.Eval.Models.Tests.Looping;

public sealed class ParameterInitialiserTests
{
    static float[] Draw(Initialisation initialisation, params int[] shape)
    {
        using var scope = torch.NewDisposeScope();
        using var generator = new torch.Generator(7, torch.CPU);
        return ParameterInitialiser.Draw(new ParameterDescription("x", shape, initialisation), generator).data<float>().ToArray();
    }

    [Fact]
    public void Linear_maps_are_normal_with_fan_in_deviation_and_cut_at_three()
    {
        var values = Draw(new Initialisation.Linear(64), 200, 64);
        var deviation = Math.Sqrt(values.Average(v => (double)v * v));
        Assert.InRange(deviation, 0.125 * 0.96, 0.125 * 1.01); // cutting at three deviations leaves 0.9866 of the spread
        Assert.InRange(values.Average(), -0.004, 0.004);
        Assert.All(values, v => Assert.InRange(Math.Abs(v), 0, 3 * 0.125 + 1e-6));
    }

    [Fact]
    public void Decay_biases_invert_the_softplus_of_a_step_between_a_thousandth_and_a_tenth() =>
        Assert.All(Draw(new Initialisation.InverseSoftplusOfLogUniform(), 500), b => Assert.InRange(Math.Log(1 + Math.Exp(b)), 0.99e-3, 0.101));

    [Fact]
    public void Log_decays_are_logarithms_of_uniform_values() =>
        Assert.InRange(Draw(new Initialisation.LogOfUniform(0, 16), 2000).Average(a => Math.Exp(a)), 7.5, 8.5);

    [Fact]
    public void Orthogonal_matrices_have_orthonormal_rows()
    {
        using var scope = torch.NewDisposeScope();
        var matrix = torch.tensor(Draw(new Initialisation.Orthogonal(2), 5, 9)).view(5, 9);
        Assert.InRange(Variants.Distance(matrix.mm(matrix.t()), torch.eye(5).mul(4)), 0, 1e-5);
    }

    [Fact]
    public void Another_parameter_does_not_shift_the_draws_of_the_first()
    {
        using var scope = torch.NewDisposeScope();
        ParameterDescription a = ParameterDescription.Linear("a", 3, 4), b = ParameterDescription.Linear("b", 3, 4);
        using var alone = new ParameterStore([a], torch.CPU, torch.ScalarType.Float32);
        using var both = new ParameterStore([b, a], torch.CPU, torch.ScalarType.Float32);
        ParameterInitialiser.Fill(alone, 11);
        ParameterInitialiser.Fill(both, 11);
        Assert.Equal(0, Variants.Distance(alone.View("a"), both.View("a")));
        Assert.NotEqual(0, Variants.Distance(both.View("b"), both.View("a")));
    }
}
