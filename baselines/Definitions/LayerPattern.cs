using System.Globalization;

namespace LT2.Eval.Models.Definitions;

/// <summary>
/// Which named mixer stands in which stored layer (LT2 §2.3, §3.3), written as in LT2's own files:
/// <c>gdn</c> (every layer), <c>interleave:4:1:gdn:full</c> (four, one, four, one …), <c>bookend:2:full:gdn</c> (the first two and last two full, GDN between),
/// <c>front:4:full:gdn</c>, <c>back:4:full:gdn</c>, <c>list:gdn,gdn,full</c>. A count may be a share of all layers, <c>1/5</c>, rounded, at least 1
/// (bookend: the share of both ends together).
/// </summary>
public static class LayerPattern
{
    /// <summary>The name for each layer.</summary>
    /// <exception cref="ModelException">The pattern does not parse or does not fit the layer count.</exception>
    public static IReadOnlyList<string> Expand(string pattern, int layerCount)
    {
        var parts = pattern.Split(':');
        return parts[0] switch
        {
            "interleave" when parts.Length == 5 => Interleave(Whole(parts[1], pattern), Whole(parts[2], pattern), parts[3], parts[4], layerCount),
            "bookend" when parts.Length == 4 => Bookend(Count(parts[1], layerCount, 2, pattern), parts[2], parts[3], layerCount, pattern),
            "front" when parts.Length == 4 => Front(Count(parts[1], layerCount, 1, pattern), parts[2], parts[3], layerCount, pattern),
            "back" when parts.Length == 4 => [.. Front(Count(parts[1], layerCount, 1, pattern), parts[2], parts[3], layerCount, pattern).Reverse()],
            "list" when parts.Length == 2 => Listed(parts[1].Split(',', StringSplitOptions.TrimEntries), layerCount, pattern),
            _ when parts.Length == 1 && pattern.Length > 0 => [.. Enumerable.Repeat(pattern, layerCount)],
            _ => throw new ModelException($"The pattern '{pattern}' is none of NAME, interleave:A:B:X:Y, bookend:K:OUTER:INNER, front:K:X:Y, back:K:X:Y, list:X,Y,…"),
        };
    }

    static string[] Interleave(int a, int b, string first, string second, int layerCount) =>
        [.. Enumerable.Range(0, layerCount).Select(layer => layer % (a + b) < a ? first : second)];

    static string[] Bookend(int k, string outer, string inner, int layerCount, string pattern) => 2 * k <= layerCount
        ? [.. Enumerable.Range(0, layerCount).Select(layer => layer < k || layer >= layerCount - k ? outer : inner)]
        : throw new ModelException($"The pattern '{pattern}' needs {2 * k} layers, but there are {layerCount}.");

    static string[] Front(int k, string first, string rest, int layerCount, string pattern) => k <= layerCount
        ? [.. Enumerable.Range(0, layerCount).Select(layer => layer < k ? first : rest)]
        : throw new ModelException($"The pattern '{pattern}' needs {k} layers, but there are {layerCount}.");

    static string[] Listed(string[] names, int layerCount, string pattern) => names.Length == layerCount
        ? names
        : throw new ModelException($"The pattern '{pattern}' lists {names.Length} layers, but there are {layerCount}.");

    static int Count(string text, int layerCount, int ends, string pattern)
    {
        if (text.Split('/') is not [var numerator, var denominator]) return Whole(text, pattern);
        var share = (double)Whole(numerator, pattern) / Whole(denominator, pattern);
        return Math.Max(1, (int)Math.Round(share * layerCount / ends, MidpointRounding.AwayFromZero));
    }

    static int Whole(string text, string pattern) => int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var value) && value > 0
        ? value
        : throw new ModelException($"The pattern '{pattern}' has '{text}' where a whole number above 0 belongs.");
}
