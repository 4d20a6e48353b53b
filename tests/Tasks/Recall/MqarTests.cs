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
        double chiSquared = counts.Zip(weights, (count, weight) => Math.Pow(count - Samples * weight / weights.Sum(), 2) / (Samples * weight / weights.Sum())).Sum();
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
}
