using System.Numerics;

namespace LT2.Eval.Tasks.Generators;

/// <summary>
/// The xoshiro256** generator (D. Blackman, S. Vigna, "Scrambled linear pseudorandom number generators", ACM TOMS 47, 2021).
/// Integer arithmetic only, so every machine draws the same numbers; the runtime's own generator promises no such thing.
/// </summary>
public sealed class Xoshiro256
{
    private ulong s0, s1, s2, s3;

    /// <summary>Starts from a state; at least one word must differ from zero.</summary>
    /// <exception cref="ArgumentException">All words are zero, from where the generator would only yield zeros.</exception>
    public Xoshiro256(ulong word0, ulong word1, ulong word2, ulong word3)
    {
        if ((word0 | word1 | word2 | word3) == 0) throw new ArgumentException("A xoshiro256** state needs a word other than zero.");
        (s0, s1, s2, s3) = (word0, word1, word2, word3);
    }

    /// <summary>The next 64 bits.</summary>
    public ulong Next()
    {
        ulong result = BitOperations.RotateLeft(s1 * 5, 7) * 9;
        ulong shifted = s1 << 17;
        s2 ^= s0;
        s3 ^= s1;
        s1 ^= s2;
        s0 ^= s3;
        s2 ^= shifted;
        s3 = BitOperations.RotateLeft(s3, 45);
        return result;
    }
}
