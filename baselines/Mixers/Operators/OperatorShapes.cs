using System.Globalization;
using static TorchSharp.torch;

namespace LT2.Eval.Models.Mixers.Operators;

/// <summary>Shape checks of the operators, so that a wrong call names the tensor and both shapes.</summary>
internal static class OperatorShapes
{
    /// <exception cref="ArgumentException">The shape of <paramref name="x"/> is not <paramref name="expected"/> (−1 stands for any length).</exception>
    public static void Require(Tensor x, string name, params long[] expected)
    {
        var same = x.dim() == expected.Length;
        for (var i = 0; same && i < expected.Length; i++)
        {
            same = expected[i] < 0 || x.shape[i] == expected[i];
        }
        if (!same)
        {
            throw new ArgumentException($"{name} has the shape {Text(x.shape)}; expected {Text(expected)}.", name);
        }
    }

    /// <exception cref="ArgumentException">The head counts do not divide.</exception>
    public static void RequireGroups(long sourceHeads, long heads, string source, string destination)
    {
        if (sourceHeads < 1 || heads % sourceHeads != 0)
        {
            throw new ArgumentException($"{destination} has {heads} heads, which is no multiple of the {sourceHeads} heads of {source}.", destination);
        }
    }

    /// <exception cref="ArgumentOutOfRangeException">The chunk length is below 1.</exception>
    public static void RequireChunkLength(long chunkLength) => ArgumentOutOfRangeException.ThrowIfLessThan(chunkLength, 1);

    public static string Text(IEnumerable<long> shape)
        => $"[{string.Join(',', shape.Select(n => n < 0 ? "*" : n.ToString(CultureInfo.InvariantCulture)))}]";
}
