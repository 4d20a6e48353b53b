using CsCheck;
using LT2.Eval.Tasks.Generators;

namespace LT2.Eval.Tasks.Tests.Generators;

public sealed class SampleRandomTests
{
    private static SampleRandom Create(ulong seed) => new(new Xoshiro256(seed, 2, 3, 4));

    [Fact]
    public void Integers_stay_below_their_bound() => Gen.Select(Gen.ULong, Gen.Int[1, int.MaxValue]).Sample((seed, bound) =>
    {
        int drawn = Create(seed).Below(bound);
        return drawn >= 0 && drawn < bound;
    });

    [Fact]
    public void Integers_are_uniform_below_a_bound_that_does_not_divide_the_range()
    {
        const int Bound = 7, Draws = 70_000;
        SampleRandom random = Create(5);
        int[] counts = new int[Bound];
        for (int i = 0; i < Draws; i++) counts[random.Below(Bound)]++;
        double chiSquared = counts.Sum(count => Math.Pow(count - Draws / Bound, 2) / (Draws / Bound));
        Assert.True(chiSquared < 22.5, $"χ² = {chiSquared} with 6 degrees of freedom; 22.5 is passed once in a thousand seeds.");
    }

    /// <summary>Without rejection a remainder would hit the lower third of this bound twice as often, a scaled product the multiples of three.</summary>
    [Fact]
    public void A_bound_of_three_quarters_of_the_range_has_no_bias()
    {
        const ulong Third = 1UL << 62;
        SampleRandom random = Create(6);
        ulong[] drawn = [.. Enumerable.Range(0, 9_000).Select(_ => random.Below(3 * Third))];
        Assert.InRange(drawn.Count(value => value < Third), 3_000 - 200, 3_000 + 200);
        Assert.InRange(drawn.Count(value => value % 3 == 0), 3_000 - 200, 3_000 + 200);
    }

    [Fact]
    public void Distinct_integers_are_distinct_and_in_range() =>
        Gen.Select(Gen.ULong, Gen.Int[1, 60], Gen.Int[0, 60]).Where((_, population, count) => count <= population).Sample((seed, population, count) =>
        {
            int[] drawn = Create(seed).Distinct(population, count);
            return drawn.Length == count && drawn.Distinct().Count() == count && drawn.All(value => value >= 0 && value < population);
        });

    [Fact]
    public void Permutations_of_three_are_all_equally_likely()
    {
        SampleRandom random = Create(7);
        Dictionary<string, int> counts = [];
        for (int i = 0; i < 6_000; i++)
        {
            string order = string.Join(' ', random.Permutation(3));
            counts[order] = counts.GetValueOrDefault(order) + 1;
        }

        Assert.Equal(6, counts.Count);
        Assert.All(counts.Values, count => Assert.InRange(count, 1_000 - 150, 1_000 + 150));
    }

    /// <summary>Exact probabilities by enumeration: first by weight, second by weight among the rest.</summary>
    [Fact]
    public void Weighted_draws_follow_sequential_sampling()
    {
        ulong[] weights = [1, 2, 3];
        const int Draws = 30_000;
        SampleRandom random = Create(8);
        Dictionary<(int, int), int> counts = [];
        for (int i = 0; i < Draws; i++)
        {
            int[] drawn = random.DistinctWeighted(weights, 2);
            counts[(drawn[0], drawn[1])] = counts.GetValueOrDefault((drawn[0], drawn[1])) + 1;
        }

        foreach (int first in Enumerable.Range(0, 3))
        {
            foreach (int second in Enumerable.Range(0, 3).Where(second => second != first))
            {
                double expected = weights[first] / 6.0 * weights[second] / (6.0 - weights[first]);
                double error = Math.Sqrt(expected * (1 - expected) / Draws);
                Assert.InRange(counts[(first, second)] / (double)Draws, expected - 4 * error, expected + 4 * error);
            }
        }
    }

    [Fact]
    public void Events_happen_at_their_probability()
    {
        SampleRandom random = Create(9);
        int happened = Enumerable.Range(0, 10_000).Count(_ => random.Happens(0.2m));
        Assert.InRange(happened, 2_000 - 160, 2_000 + 160);
        Assert.False(random.Happens(0));
        Assert.True(random.Happens(1));
    }
}
