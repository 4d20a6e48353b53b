using LT2.Eval.Tasks.Contracts;
using LT2.Eval.Tasks.Generators;
using LT2.Eval.Tasks.Tests.Generators;

namespace LT2.Eval.Tasks.Tests.Recall;

public sealed class SyntheticNeedleTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(5)]
    public void Labels_are_the_digits_behind_the_asked_key(int needles)
    {
        GeneratedCase generated = SuiteFixture.CreateCase("synthetic-needle", "synthetic-needle", $"needles={needles}");
        for (int index = 0; index < 200; index++)
        {
            TokenSample sample = generated.GetSample(SampleSplit.Test, 1, index);
            Assert.Equal(256, sample.InputIds.Length);
            Assert.Equal(needles, sample.InputIds.Count(id => id == 0));
            int question = sample.InputIds.IndexOf(1);
            int key = sample.InputIds[question + 1];
            int needle = sample.InputIds.IndexOf(key);
            Assert.Equal(0, sample.InputIds[needle - 1]);
            Assert.Equal(sample.InputIds[(needle + 1)..(needle + 8)], sample.Labels[^7..]);
            Assert.Equal(sample.Labels[^7..^1], sample.InputIds[^6..]);
            Assert.Equal([.. Enumerable.Range(249, 7)], sample.LabelledIndices());
        }
    }

    [Fact]
    public void Depths_reach_from_the_first_token_to_the_last_and_name_their_slice()
    {
        GeneratedCase generated = SuiteFixture.CreateCase("synthetic-needle", "synthetic-needle");
        Dictionary<int, string> sliceOf = [];
        for (int index = 0; index < 2_000; index++)
        {
            TokenSample sample = generated.GetSample(SampleSplit.Test, 1, index);
            sliceOf[sample.InputIds.IndexOf(0)] = Assert.Single(sample.Slices);
        }

        Assert.Equal(40, sliceOf.Count);
        Assert.Equal(0, sliceOf.Keys.Min());
        Assert.Equal(256 - 8 - 9, sliceOf.Keys.Max()); // before the question, its key and six digits, and after all filler
        Assert.Equal(["depth 0-24", "depth 25-49", "depth 50-74", "depth 75-100"], sliceOf.OrderBy(entry => entry.Key).Select(entry => entry.Value).Distinct());
    }

    [Fact]
    public void Repeated_filler_runs_in_order_through_needles()
    {
        TokenSample sample = SuiteFixture.CreateCase("synthetic-needle", "synthetic-needle").GetSample(SampleSplit.Test, 1, 3);
        int[] filler = [.. sample.InputIds.Where(id => id >= 28)];
        Assert.Equal(filler.Select((_, i) => 28 + i % 32), filler);
    }

    [Fact]
    public void A_haystack_too_short_for_its_needles_is_refused()
    {
        TaskException error = Assert.Throws<TaskException>(() => SuiteFixture.CreateCase("synthetic-needle", "synthetic-needle", "length=30", "needles=3"));
        Assert.Contains("3 needles of 7 digits and the question need a length of 35; it is 30", error.Message);
    }
}
