namespace LT2.Eval.Tasks.Generators;

/// <summary>The draws of one sample. Every method uses integers alone; none depends on floating point or on the runtime's generator.</summary>
public sealed class SampleRandom(Xoshiro256 source)
{
    /// <summary>A uniform integer in [0, <paramref name="bound"/>), without modulo bias (D. Lemire, ACM TOMACS 29, 2019).</summary>
    public ulong Below(ulong bound)
    {
        ArgumentOutOfRangeException.ThrowIfZero(bound);
        ulong high = Math.BigMul(source.Next(), bound, out ulong low);
        if (low >= bound) return high;
        ulong rejected = (0UL - bound) % bound; // 2^64 mod bound: so many low parts would be hit once too often
        while (low < rejected) high = Math.BigMul(source.Next(), bound, out low);
        return high;
    }

    /// <summary>A uniform integer in [0, <paramref name="bound"/>).</summary>
    public int Below(int bound)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(bound);
        return (int)Below((ulong)bound);
    }

    /// <summary>A uniform integer in [<paramref name="first"/>, <paramref name="last"/>], both included.</summary>
    public int Between(int first, int last) => first + Below(last - first + 1);

    /// <summary>True with an exact decimal probability: 0.2 is 2 of 10, not the nearest binary fraction.</summary>
    public bool Happens(decimal probability)
    {
        const long Resolution = 1_000_000_000;
        return (decimal)Below((ulong)Resolution) < probability * Resolution;
    }

    /// <summary>Distinct integers of [0, <paramref name="population"/>) in the order drawn (partial Fisher–Yates).</summary>
    public int[] Distinct(int population, int count)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(count, population);
        int[] pool = new int[population];
        for (int i = 0; i < population; i++) pool[i] = i;
        for (int i = 0; i < count; i++)
        {
            int j = Between(i, population - 1);
            (pool[i], pool[j]) = (pool[j], pool[i]);
        }

        return pool[..count];
    }

    /// <summary>All integers of [0, <paramref name="count"/>) in random order.</summary>
    public int[] Permutation(int count) => Distinct(count, count);

    /// <summary>Distinct indices of <paramref name="weights"/>: draw by weight, remove, renormalise, again.</summary>
    /// <param name="weights">Integer weights above zero; their sum stays below 2^64.</param>
    /// <param name="count">How many indices; at most the number of weights.</param>
    public int[] DistinctWeighted(ReadOnlySpan<ulong> weights, int count)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(count, weights.Length);
        ulong[] remaining = weights.ToArray();
        ulong total = 0;
        foreach (ulong weight in remaining) total = checked(total + weight);
        int[] drawn = new int[count];
        for (int i = 0; i < count; i++)
        {
            ulong point = Below(total);
            int index = 0;
            while (point >= remaining[index]) point -= remaining[index++];
            drawn[i] = index;
            total -= remaining[index];
            remaining[index] = 0;
        }

        return drawn;
    }
}
