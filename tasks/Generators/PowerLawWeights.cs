using System.Numerics;

namespace LT2.Eval.Tasks.Generators;

/// <summary>
/// Weights proportional to i^(a − 1), i = 1…n, in fixed point: logarithm and power come from integer squarings and square roots, because
/// the last bit of a C library's <c>pow</c> differs between machines and would change draws.
/// </summary>
public static class PowerLawWeights
{
    private const int FractionBits = 48; // of logarithms and weights; a weight of 1 is 2^48
    private const int WorkBits = 62;     // of intermediate values in [1/2, 2)

    /// <summary>Weights of 1…<paramref name="count"/>; each is at least 1.</summary>
    /// <param name="count">Number of weights, at most 65,536, so that their sum fits 64 bits.</param>
    /// <param name="power">The exponent a in (0, 1]; 1 is uniform.</param>
    public static ulong[] Create(int count, decimal power)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(count, 65_536);
        if (power is <= 0 or > 1) throw new ArgumentOutOfRangeException(nameof(power), power, "The power lies in (0, 1].");
        ulong exponent = (ulong)((1 - power) * (1UL << 32));
        ulong[] roots = CreateRoots();
        ulong[] weights = new ulong[count];
        for (int i = 1; i <= count; i++)
        {
            UInt128 x = ((UInt128)exponent * Log2((ulong)i)) >> 32;
            weights[i - 1] = Math.Max(1, PowerOfHalf((ulong)x, roots));
        }

        return weights;
    }

    /// <summary>log₂ of an integer, bit by bit: square the mantissa; whether it passes 2 is the next bit.</summary>
    private static ulong Log2(ulong value)
    {
        int whole = BitOperations.Log2(value);
        ulong mantissa = value << (WorkBits - whole); // in [1, 2)
        ulong result = (ulong)whole;
        for (int bit = 0; bit < FractionBits; bit++)
        {
            UInt128 square = ((UInt128)mantissa * mantissa) >> WorkBits;
            bool passesTwo = square >> (WorkBits + 1) != 0;
            mantissa = (ulong)(passesTwo ? square >> 1 : square);
            result = (result << 1) | (passesTwo ? 1UL : 0UL);
        }

        return result;
    }

    /// <summary>2^−x: a product of the roots that the fraction's bits choose, shifted by the whole part.</summary>
    private static ulong PowerOfHalf(ulong x, ulong[] roots)
    {
        ulong result = 1UL << WorkBits;
        for (int bit = 0; bit < FractionBits; bit++)
        {
            if (((x >> (FractionBits - 1 - bit)) & 1) == 1) result = (ulong)(((UInt128)result * roots[bit]) >> WorkBits);
        }

        int shift = (int)(x >> FractionBits) + WorkBits - FractionBits;
        return result >> shift;
    }

    /// <summary>2^(−1/2), 2^(−1/4), …: each the square root of the one before.</summary>
    private static ulong[] CreateRoots()
    {
        ulong[] roots = new ulong[FractionBits];
        ulong previous = 1UL << (WorkBits - 1);
        for (int i = 0; i < FractionBits; i++) roots[i] = previous = SquareRoot((UInt128)previous << WorkBits);
        return roots;
    }

    private static ulong SquareRoot(UInt128 value)
    {
        ulong root = 0;
        for (int bit = 63; bit >= 0; bit--)
        {
            ulong trial = root | (1UL << bit);
            if ((UInt128)trial * trial <= value) root = trial;
        }

        return root;
    }
}
