using LT2.Eval.Tasks.Contracts;
using LT2.Eval.Tasks.Generators;
using LT2.Eval.Tasks.Tests.Generators;

namespace LT2.Eval.Tasks.Tests.Recall;

public sealed class InContextRecallTests
{
    [Theory]
    [InlineData("in-context-recall")]
    [InlineData("noisy-recall", "noise=0.5")]
    public void Every_label_is_the_value_after_the_earlier_key_and_no_repeated_key_lacks_one(string task, params string[] parameters)
    {
        GeneratedCase generated = SuiteFixture.CreateCase("in-context-recall", task, parameters);
        for (int index = 0; index < 200; index++)
        {
            TokenSample sample = generated.GetSample(SampleSplit.Test, 1, index);
            for (int at = 0; at < sample.InputIds.Length; at++)
            {
                int key = sample.InputIds[at];
                int earlier = sample.InputIds.IndexOf(key);
                bool isRepeatedKey = key < 8 && earlier < at; // keys are 0…7 of 16; noise starts at 16
                Assert.Equal(isRepeatedKey ? sample.InputIds[earlier + 1] : TokenSample.NoLabel, sample.Labels[at]);
            }

            Assert.NotEqual(TokenSample.NoLabel, sample.Labels[^2]);
        }
    }

    [Fact]
    public void Noise_takes_its_share_of_the_pairs()
    {
        GeneratedCase generated = SuiteFixture.CreateCase("in-context-recall", "noisy-recall", "noise=0.3");
        double share = Enumerable.Range(0, 400).Average(index => generated.GetSample(SampleSplit.Test, 1, index).InputIds.Count(id => id >= 16) / 124.0);
        Assert.InRange(share, 0.28, 0.32); // 62 of the 64 pairs may be noise
    }

    [Fact]
    public void Next_token_training_labels_every_index_in_training_alone()
    {
        GeneratedCase generated = SuiteFixture.CreateCase("in-context-recall", "in-context-recall", "trainingLabels=next-token");
        TokenSample trained = generated.GetSample(SampleSplit.Train, 1, 0), tested = generated.GetSample(SampleSplit.Test, 1, 0);
        Assert.Equal(trained.InputIds[1..], trained.Labels[..^1]);
        Assert.All(tested.LabelledIndices(), at => Assert.InRange(tested.InputIds[at], 0, 7));
    }
}
