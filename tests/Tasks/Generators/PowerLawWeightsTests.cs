using CsCheck;
using LT2.Eval.Tasks.Generators;

namespace LT2.Eval.Tasks.Tests.Generators;

public sealed class PowerLawWeightsTests
{
    [Fact]
    public void Weights_agree_with_floating_point_powers() => Gen.Select(Gen.Int[1, 65_536], Gen.Int[1, 1_000]).Sample((count, thousandths) =>
    {
        ulong[] weights = PowerLawWeights.Create(count, thousandths / 1000m);
        double expected = Math.Pow(count, thousandths / 1000.0 - 1);
        return Math.Abs(weights[^1] / Math.Pow(2, 48) / expected - 1) < 1e-7;
    }, iter: 50);

    [Fact]
    public void A_power_of_one_is_uniform() => Assert.All(PowerLawWeights.Create(100, 1), weight => Assert.Equal(1UL << 48, weight));

    [Fact]
    public void Powers_outside_their_range_are_refused() => Assert.Throws<ArgumentOutOfRangeException>(() => PowerLawWeights.Create(4, 0));

    /// <summary>The bits themselves, so that a machine that draws differently fails here first.</summary>
    [Fact]
    public void Weights_have_their_bits_on_every_machine() =>
        Assert.Equal([281474976710656, 141716395001355, 94861448023168, 71351055240783], PowerLawWeights.Create(4, 0.01m));
}
