using CsCheck;
using LT2.Eval.Tasks.Contracts;
using LT2.Eval.Tasks.Generators;
using LT2.Eval.Tasks.Tests.Generators;

namespace LT2.Eval.Tasks.Tests.Recall;

public sealed class MultiHopRecallTests
{
    [Fact]
    public void Labels_follow_the_pairs_as_often_as_the_hop_count_says() =>
        Gen.Select(Gen.Int[3, 20], Gen.Int[1, 8], Gen.Int[0, 1_000]).Where((pairs, hops, _) => hops < pairs).Sample((pairs, hops, index) =>
        {
            GeneratedCase generated = SuiteFixture.CreateCase(
                "multi-hop-recall", "multi-hop-recall", $"pairs={pairs}", $"hops={hops}", "queries=2", "minimumHops=1");
            TokenSample sample = generated.GetSample(SampleSplit.Train, 1, index);
            Dictionary<int, int> next = Enumerable.Range(0, pairs).ToDictionary(i => sample.InputIds[2 * i], i => sample.InputIds[2 * i + 1]);
            Assert.Equal(pairs, next.Count);
            Assert.Equal(0, sample.InputIds[2 * pairs]);
            Assert.InRange(sample.InputIds[2 * pairs + 1], 1, hops);
            foreach (int at in sample.LabelledIndices())
            {
                int node = sample.InputIds[at];
                for (int hop = 0; hop < sample.InputIds[2 * pairs + 1]; hop++) node = next[node];
                Assert.Equal(node, sample.Labels[at]);
                Assert.NotEqual(sample.InputIds[at], node);
            }
        });

    [Fact]
    public void Test_samples_always_have_the_full_hop_count()
    {
        GeneratedCase generated = SuiteFixture.CreateCase("multi-hop-recall", "multi-hop-recall", "hops=3", "minimumHops=1");
        Assert.All(Enumerable.Range(0, 50), index => Assert.Equal(3, generated.GetSample(SampleSplit.Test, 1, index).InputIds[17]));
        Assert.Equal([1, 2, 3], Enumerable.Range(0, 100).Select(index => generated.GetSample(SampleSplit.Train, 1, index).InputIds[17]).Distinct().Order());
    }

    [Fact]
    public void Every_problem_is_told_at_once()
    {
        TaskException error = Assert.Throws<TaskException>(() =>
            SuiteFixture.CreateCase("multi-hop-recall", "multi-hop-recall", "pairs=80", "hops=90", "queries=81"));
        Assert.Equal(4, error.Problems.Count);
    }
}
