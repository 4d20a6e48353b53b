using LT2.Eval.Tasks.Contracts;
using LT2.Eval.Tasks.Generators;
using LT2.Eval.Tasks.Tests.Generators;

namespace LT2.Eval.Tasks.Tests.Recall;

public sealed class FuzzyRecallTests
{
    /// <summary>Reads the sequence as runs of key tokens and value tokens, which no generator state helps with.</summary>
    private static List<(string Key, int[] Value, int FirstAsked)> Parse(TokenSample sample)
    {
        List<(string, int[], int)> pairs = [];
        int at = 0;
        while (sample.InputIds[at] == 15) at++;
        while (at < sample.InputIds.Length)
        {
            int keyEnd = at;
            while (sample.InputIds[keyEnd] < 7) keyEnd++;
            int valueEnd = keyEnd;
            while (valueEnd < sample.InputIds.Length && sample.InputIds[valueEnd] is >= 7 and < 14) valueEnd++;
            Assert.True(valueEnd > keyEnd && keyEnd > at);
            pairs.Add((string.Join(' ', sample.InputIds[at..keyEnd]), [.. sample.InputIds[keyEnd..valueEnd]], keyEnd - 1));
            at = valueEnd;
        }

        return pairs;
    }

    [Fact]
    public void Repeated_keys_have_their_first_value_and_its_tokens_are_the_labels()
    {
        GeneratedCase generated = SuiteFixture.CreateCase("fuzzy-recall", "fuzzy-recall");
        for (int index = 0; index < 200; index++)
        {
            TokenSample sample = generated.GetSample(SampleSplit.Test, 1, index);
            Dictionary<string, int[]> seen = [];
            Dictionary<int, int> expected = [];
            foreach ((string key, int[] value, int firstAsked) in Parse(sample))
            {
                Assert.Equal(3, key.Split(' ').Length);
                Assert.InRange(value.Length, 1, 3);
                if (!seen.TryAdd(key, value))
                {
                    Assert.Equal(seen[key], value);
                    for (int i = 0; i < value.Length; i++) expected[firstAsked + i] = value[i];
                }
            }

            Assert.Equal(expected.Keys.Order(), sample.LabelledIndices());
            Assert.All(expected, entry => Assert.Equal(entry.Value, sample.Labels[entry.Key]));
            Assert.Contains(sample.Labels.Length - 1 - Parse(sample)[^1].Value.Length, expected.Keys);
        }
    }

    [Fact]
    public void Training_keys_have_every_length()
    {
        GeneratedCase generated = SuiteFixture.CreateCase("fuzzy-recall", "fuzzy-recall");
        Assert.Equal([1, 2, 3], Enumerable.Range(0, 20).SelectMany(index => Parse(generated.GetSample(SampleSplit.Train, 1, index)))
            .Select(pair => pair.Key.Split(' ').Length).Distinct().Order());
    }

    [Fact]
    public void Padding_carries_no_label_in_next_token_training()
    {
        GeneratedCase generated = SuiteFixture.CreateCase("fuzzy-recall", "fuzzy-recall", "trainingLabels=next-token");
        TokenSample sample = Enumerable.Range(0, 50).Select(index => generated.GetSample(SampleSplit.Train, 1, index)).First(s => s.InputIds[0] == 15);
        Assert.Equal(TokenSample.NoLabel, sample.Labels[0]);
        Assert.Equal(sample.InputIds.Count(id => id != 15) - 1, sample.LabelledIndices().Length);
    }

    [Fact]
    public void More_keys_than_there_are_are_refused()
    {
        TaskException error = Assert.Throws<TaskException>(() => SuiteFixture.CreateCase("fuzzy-recall", "fuzzy-recall", "keys=200", "length=10"));
        Assert.Equal(2, error.Problems.Count);
        Assert.Contains("there are 210 keys of 3 tokens", error.Message);
        Assert.Contains("length is 10; a pair and its repetition need 12", error.Message);
    }
}
