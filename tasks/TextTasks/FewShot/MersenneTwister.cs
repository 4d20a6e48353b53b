namespace LT2.Eval.Tasks.TextTasks.FewShot;

/// <summary>
/// MT19937 (Matsumoto and Nishimura, ACM TOMACS 8, 1998) with CPython's seeding and draws, because the reference harness chooses its
/// shots and resamples with it.
/// </summary>
public sealed class MersenneTwister
{
    private const int Size = 624, Shift = 397;

    private readonly uint[] state = new uint[Size];
    private int position = Size;

    /// <summary><c>random.Random(seed)</c> for a seed of 32 bits: seeding by an array of one word.</summary>
    public MersenneTwister(uint seed)
    {
        Initialize(19650218);
        var i = 1;
        for (var k = Size; k > 0; k--)
        {
            state[i] = (state[i] ^ ((state[i - 1] ^ (state[i - 1] >> 30)) * 1664525)) + seed;
            i = Advance(i);
        }

        for (var k = Size - 1; k > 0; k--)
        {
            state[i] = (state[i] ^ ((state[i - 1] ^ (state[i - 1] >> 30)) * 1566083941)) - (uint)i;
            i = Advance(i);
        }

        state[0] = 0x80000000;
    }

    /// <summary>The next 32 bits.</summary>
    public uint NextWord()
    {
        if (position >= Size)
        {
            Refill();
        }

        var value = state[position++];
        value ^= value >> 11;
        value ^= (value << 7) & 0x9d2c5680;
        value ^= (value << 15) & 0xefc60000;
        return value ^ (value >> 18);
    }

    /// <summary><c>random()</c>: 53 bits in [0, 1).</summary>
    public double NextDouble()
    {
        var high = NextWord() >> 5;
        var low = NextWord() >> 6;
        return ((high * 67108864.0) + low) * (1.0 / 9007199254740992.0);
    }

    /// <summary><c>_randbelow(bound)</c>: as many bits as the bound has, rejected until below it.</summary>
    public int Below(int bound)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(bound);
        var bits = 32 - int.LeadingZeroCount(bound);
        while (true)
        {
            var value = NextWord() >> (32 - bits);
            if (value < (uint)bound)
            {
                return (int)value;
            }
        }
    }

    /// <summary><c>sample(range(population), count)</c>.</summary>
    public int[] Sample(int population, int count)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(count, population);
        var result = new int[count];
        var poolLimit = 21 + (count > 5 ? (int)Math.Pow(4, Math.Ceiling(Math.Log(count * 3) / Math.Log(4))) : 0);
        if (population <= poolLimit)
        {
            var pool = Enumerable.Range(0, population).ToArray();
            for (var i = 0; i < count; i++)
            {
                var j = Below(population - i);
                result[i] = pool[j];
                pool[j] = pool[population - i - 1];
            }

            return result;
        }

        var drawn = new HashSet<int>();
        for (var i = 0; i < count; i++)
        {
            var j = Below(population);
            while (!drawn.Add(j))
            {
                j = Below(population);
            }

            result[i] = j;
        }

        return result;
    }

    private void Initialize(uint seed)
    {
        state[0] = seed;
        for (var i = 1; i < Size; i++)
        {
            state[i] = (1812433253 * (state[i - 1] ^ (state[i - 1] >> 30))) + (uint)i;
        }
    }

    private int Advance(int i)
    {
        if (i + 1 < Size)
        {
            return i + 1;
        }

        state[0] = state[Size - 1];
        return 1;
    }

    private void Refill()
    {
        for (var i = 0; i < Size; i++)
        {
            var mixed = (state[i] & 0x80000000) | (state[(i + 1) % Size] & 0x7fffffff);
            state[i] = state[(i + Shift) % Size] ^ (mixed >> 1) ^ ((mixed & 1) == 0 ? 0 : 0x9908b0df);
        }

        position = 0;
    }
}
