using LT2.Eval.Tasks.Contracts;
using LT2.Eval.Tasks.Generators;
using LT2.Eval.Tasks.Tests.Generators;

namespace LT2.Eval.Tasks.Tests.Recall;

public sealed class MqarTests
{
    [Theory]
    [InlineData("length=32", "pairs=4", "vocabulary=64", "randomFiller=false", "power=1")]
    [InlineData("length=64", "pairs=4", "vocabulary=64", "randomFiller=true")]
    [InlineData("length=96", "pairs=8", "vocabulary=18", "passes=3")]
    public void Every_label_is_the_value_that_followed_its_key_first(params string[] parameters)
    {
        GeneratedCase generated = SuiteFixture.CreateCase("mqar", "mqar", parameters);
        int pairs = int.Parse(generated.Parameters["pairs"]), vocabulary = generated.VocabularySize;
        for (int index = 0; index < 200; index++)
        {
            TokenSample sample = generated.GetSample(SampleSplit.Test, 9, index);
            int[] labelled = sample.LabelledIndices();
            Assert.Equal(pairs, labelled.Length);
            Assert.Equal(pairs, labelled.Select(at => sample.InputIds[at]).Distinct().Count());
            foreach (int at in labelled)
            {
                int first = sample.InputIds.IndexOf(sample.InputIds[at]);
                Assert.True(first < 2 * pairs && first % 2 == 0, "The key stands first in the prefix, at an even index.");
                Assert.Equal(sample.InputIds[first + 1], sample.Labels[at]);
                Assert.InRange(sample.InputIds[at], 1, vocabulary / 2 - 1);
                Assert.InRange(sample.Labels[at], vocabulary / 2, vocabulary - 1);
            }
        }
    }

    [Fact]
    public void Prefix_is_repeated_as_often_as_passes_say()
    {
        TokenSample sample = SuiteFixture.CreateCase("mqar", "mqar", "length=64", "pairs=4", "passes=2").GetSample(SampleSplit.Train, 1, 0);
        Assert.Equal(sample.InputIds[..8], sample.InputIds[8..16]);
        Assert.All(sample.LabelledIndices(), at => Assert.True(at >= 16 && at % 2 == 0));
    }

    [Fact]
    public void Blank_filler_leaves_only_prefix_and_queries()
    {
        TokenSample sample = SuiteFixture.CreateCase("mqar", "mqar", "randomFiller=false").GetSample(SampleSplit.Test, 1, 5);
        Assert.Equal(8 + 4, sample.InputIds.Count(id => id != 0));
    }

    /// <summary>The gap distribution of a single key is the weight itself, so the first slot must come up as often as 1 / Σ i^(a−1) says.</summary>
    [Theory]
    [InlineData("0.01")]
    [InlineData("1")]
    public void Gaps_follow_the_power_law(string power)
    {
        const int Samples = 4_000, Slots = 31;
        GeneratedCase generated = SuiteFixture.CreateCase("mqar", "mqar", "length=64", "pairs=1", $"power={power}");
        int[] counts = new int[Slots];
        for (int i = 0; i < Samples; i++) counts[(generated.GetSample(SampleSplit.Test, 3, i).LabelledIndices()[0] - 2) / 2]++;
        double[] weights = [.. Enumerable.Range(1, Slots).Select(i => Math.Pow(i, double.Parse(power) - 1))];
        double chiSquared = counts.Zip(weights.Select(weight => Samples * weight / weights.Sum()), (count, expected) => Math.Pow(count - expected, 2) / expected).Sum();
        Assert.True(chiSquared < 59.7, $"χ² = {chiSquared} with 30 degrees of freedom; 59.7 is passed once in a thousand seeds.");
    }

    [Fact]
    public void Half_of_the_queries_right_scores_one_half()
    {
        GeneratedCase generated = SuiteFixture.CreateCase("mqar", "mqar");
        TokenSample sample = generated.GetSample(SampleSplit.Test, 1, 0);
        int[] right = [.. SuiteFixture.RightAnswer(sample).PredictedIds];
        SampleScore score = generated.Score(sample, SuiteFixture.Answer([right[0], right[1], 0, 0]));
        Assert.Equal(0.5, score.Value("acc"));
        Assert.Equal(0, score.Value("acc_sequence"));
    }

    [Fact]
    public void A_mixture_draws_its_cells_by_weight_and_names_them_as_slices()
    {
        GeneratedCase generated = SuiteFixture.CreateCase("mqar", "mqar-mixture", "cells=32:4:1,64:8:3", "vocabulary=64");
        TokenSample[] samples = [.. Enumerable.Range(0, 2_000).Select(index => generated.GetSample(SampleSplit.Train, 1, index))];
        Assert.Equal(64, generated.MaximumLength);
        Assert.All(samples, sample => Assert.Equal([$"length {sample.InputIds.Length}", $"pairs {sample.LabelledIndices().Length}"], sample.Slices));
        Assert.InRange(samples.Count(sample => sample.InputIds.Length == 32 && sample.LabelledIndices().Length == 4), 500 - 90, 500 + 90);
        Assert.All(samples, sample => Assert.All(sample.LabelledIndices(), at =>
            Assert.Equal(sample.InputIds[sample.InputIds.IndexOf(sample.InputIds[at]) + 1], sample.Labels[at])));
    }

    [Theory]
    [InlineData("cells=32:4", "cells is '32:4'; expected length:pairs:weight, separated by commas, such as 64:4:5,128:8:1, each number from 1 to 131072.")]
    [InlineData("cells=32:4:1,32:9:1", "9 pairs, passes 1, need a length of at least 36; it is 32. Raise length or lower pairs.")]
    public void A_bad_mixture_is_told(string parameter, string problem)
    {
        TaskException error = Assert.Throws<TaskException>(() => SuiteFixture.CreateCase("mqar", "mqar-mixture", parameter));
        Assert.EndsWith(problem, Assert.Single(error.Problems));
    }
}
