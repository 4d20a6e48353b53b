using LT2.Eval.Tasks.Contracts;
using LT2.Eval.Tasks.Generators;
using LT2.Eval.Tasks.Tests.Generators;

namespace LT2.Eval.Tasks.Tests.Recall;

public sealed class MemorizationTests
{
    private static Dictionary<int, int> ReadMap(GeneratedCase generated, SampleSplit split, long seed)
    {
        Dictionary<int, int> map = [];
        for (int index = 0; index < 400; index++)
        {
            TokenSample sample = generated.GetSample(split, seed, index);
            for (int i = 0; i < sample.InputIds.Length; i += 2)
            {
                Assert.Equal(255, sample.InputIds[i + 1]);
                Assert.Equal(TokenSample.NoLabel, sample.Labels[i]);
                if (!map.TryAdd(sample.InputIds[i], sample.Labels[i + 1])) Assert.Equal(map[sample.InputIds[i]], sample.Labels[i + 1]);
            }
        }

        return map;
    }

    [Fact]
    public void The_map_is_one_bijection_for_every_split_seed_and_length()
    {
        Dictionary<int, int> trained = ReadMap(SuiteFixture.CreateCase("memorization", "memorization"), SampleSplit.Train, 1);
        Dictionary<int, int> tested = ReadMap(SuiteFixture.CreateCase("memorization", "memorization", "length=64"), SampleSplit.Test, 99);
        Assert.Equal([.. Enumerable.Range(0, 127)], trained.Keys.Order());
        Assert.Equal([.. Enumerable.Range(127, 127)], trained.Values.Order());
        Assert.Equal(trained.OrderBy(entry => entry.Key), tested.OrderBy(entry => entry.Key));
    }

    [Fact]
    public void Another_map_seed_gives_another_map()
    {
        Dictionary<int, int> one = ReadMap(SuiteFixture.CreateCase("memorization", "memorization"), SampleSplit.Train, 1);
        Dictionary<int, int> two = ReadMap(SuiteFixture.CreateCase("memorization", "memorization", "mapSeed=2"), SampleSplit.Train, 1);
        Assert.True(one.Count(entry => two[entry.Key] == entry.Value) < 10);
    }
}
