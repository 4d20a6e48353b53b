using LT2.Eval.Models.Definitions;

namespace LT2.Eval.Models.Looping;

/// <summary>Which mixer stands in each (loop, layer) slot of a random draw: a pure function of (seed, draw, loop, layer).</summary>
internal sealed class MixerDraws(RandomDraw draw, int layerCount)
{
    readonly int total = draw.Weights.Sum();

    internal int Votes => draw.Votes;

    internal IReadOnlyList<IReadOnlyList<MixerChoice>> ForTraining(int step, int loopCount) => Draw(step, loopCount);

    internal IReadOnlyList<IReadOnlyList<MixerChoice>> ForTest(int vote, int loopCount) => Draw(-1 - vote, loopCount);

    IReadOnlyList<IReadOnlyList<MixerChoice>> Draw(int number, int loopCount) =>
        [.. Enumerable.Range(0, loopCount).Select(loop => (IReadOnlyList<MixerChoice>)[.. Enumerable.Range(0, layerCount).Select(layer => Pick(number, loop, layer))])];

    MixerChoice Pick(int number, int loop, int layer)
    {
        var left = (int)(Mix(draw.Seed, number, loop, layer) % (ulong)total);
        for (var i = 0; ; i++)
            if ((left -= draw.Weights[i]) < 0) return draw.Choices[i];
    }

    /// <summary>SplitMix64 over the words (Steele, Lea, Flood, 2014).</summary>
    internal static ulong Mix(params ReadOnlySpan<long> words)
    {
        var state = 0x9E3779B97F4A7C15UL;
        foreach (var word in words)
        {
            state = (state ^ (ulong)word) + 0x9E3779B97F4A7C15UL;
            state = (state ^ (state >> 30)) * 0xBF58476D1CE4E5B9UL;
            state = (state ^ (state >> 27)) * 0x94D049BB133111EBUL;
            state ^= state >> 31;
        }
        return state;
    }
}
