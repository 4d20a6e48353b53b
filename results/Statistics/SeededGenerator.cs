using System.Numerics;
using MathNet.Numerics.Distributions;

namespace LT2.Eval.Results.Statistics;

/// <summary>
/// xoshiro256** seeded through SplitMix64 (Blackman and Vigna, ACM TOMS 47 (2021) 36): the same seed gives the same numbers on every
/// machine, so that resampled intervals and p-values can be repeated.
/// </summary>
public sealed class SeededGenerator
{
    private readonly ulong[] _state = new ulong[4];

    /// <summary>Starts the sequence of a seed.</summary>
    public SeededGenerator(ulong seed)
    {
        for (var i = 0; i < 4; i++)
        {
            seed += 0x9E3779B97F4A7C15;
            var z = (seed ^ (seed >> 30)) * 0xBF58476D1CE4E5B9;
            z = (z ^ (z >> 27)) * 0x94D049BB133111EB;
            _state[i] = z ^ (z >> 31);
        }
    }

    /// <summary>Starts from a state, as the reference implementation's examples do.</summary>
    internal SeededGenerator(ReadOnlySpan<ulong> state) => state.CopyTo(_state);

    /// <summary>64 random bits.</summary>
    public ulong NextBits()
    {
        var result = BitOperations.RotateLeft(_state[1] * 5, 7) * 9;
        var shifted = _state[1] << 17;
        _state[2] ^= _state[0];
        _state[3] ^= _state[1];
        _state[1] ^= _state[2];
        _state[0] ^= _state[3];
        _state[2] ^= shifted;
        _state[3] = BitOperations.RotateLeft(_state[3], 45);
        return result;
    }

    /// <summary>Uniform in [0, 1), 53 bits.</summary>
    public double NextDouble() => (NextBits() >> 11) * (1.0 / (1UL << 53));

    /// <summary>Uniform in 0 … count − 1 (Lemire's multiplication; the bias is below count/2⁶⁴).</summary>
    public int NextIndex(int count) => (int)Math.BigMul(NextBits(), (ulong)count, out _);

    /// <summary>Normal with mean 0 and standard deviation 1, by inversion.</summary>
    public double NextNormal() => Normal.InvCDF(0, 1, ((NextBits() >> 11) + 0.5) * (1.0 / (1UL << 53)));
}
