using CsCheck;
using LT2.Eval.Tasks.Contracts;
using LT2.Eval.Tasks.Generators;
using LT2.Eval.Tasks.Tests.Generators;

namespace LT2.Eval.Tasks.Tests.StateTracking;

public sealed class ModularArithmeticTests
{
    [Fact]
    public void Flat_labels_agree_with_a_parser_over_big_integers() =>
        Gen.Select(Gen.Int[1, 40], Gen.Int[2, 30], Gen.Bool, Gen.Int[0, 1_000]).Sample((numbers, modulus, hasTimes, index) =>
        {
            GeneratedCase generated = SuiteFixture.CreateCase(
                "modular-arithmetic", "modular-arithmetic", $"length={2 * numbers}", $"modulus={modulus}", $"multiplication={hasTimes}");
            TokenSample sample = generated.GetSample(SampleSplit.Test, 1, index);
            string[] symbols = ["", "+", "-", "*", "="];
            ExpressionReader reader = new([.. sample.InputIds.Select(id => id < 5 ? symbols[id] : $"{id - 5}")]);
            Assert.Equal(5 + reader.ValueModulo(modulus), sample.Labels[^1]);
            Assert.Equal([2 * numbers - 1], sample.LabelledIndices());
            Assert.True(hasTimes || !sample.InputIds.Contains(3));
        });

    [Fact]
    public void Bracketed_labels_agree_with_a_parser_over_big_integers() =>
        Gen.Select(Gen.Int[2, 80], Gen.Int[2, 30], Gen.Bool, Gen.Int[0, 1_000]).Sample((length, modulus, hasTimes, index) =>
        {
            GeneratedCase generated = SuiteFixture.CreateCase(
                "modular-arithmetic", "modular-arithmetic-brackets", $"length={length}", $"modulus={modulus}", $"multiplication={hasTimes}");
            TokenSample sample = generated.GetSample(SampleSplit.Test, 1, index);
            string[] symbols = ["+", "-", "*", "(", ")", "="];
            ExpressionReader reader = new([.. sample.InputIds.Select(id => id < modulus ? $"{id}" : symbols[id - modulus])]);
            Assert.Equal(length, sample.InputIds.Length);
            Assert.Equal(reader.ValueModulo(modulus), sample.Labels[^1]);
            Assert.Equal([length - 1], sample.LabelledIndices());
        });

    [Fact]
    public void Flat_training_lengths_are_even()
    {
        GeneratedCase generated = SuiteFixture.CreateCase("modular-arithmetic", "modular-arithmetic", "length=10", "minimumLength=3");
        Assert.Equal([4, 6, 8, 10], Enumerable.Range(0, 200).Select(i => generated.GetSample(SampleSplit.Train, 1, i).InputIds.Length).Distinct().Order());
    }

    [Fact]
    public void An_odd_flat_length_is_refused()
    {
        TaskException error = Assert.Throws<TaskException>(() => SuiteFixture.CreateCase("modular-arithmetic", "modular-arithmetic", "length=15"));
        Assert.Contains("even number of tokens", error.Message);
    }
}
