using System.Text.RegularExpressions;
using Microsoft.ML.Tokenizers;

namespace LT2.Eval.Tasks.Tokenization;

/// <summary>Cuts a text by one pattern after another: each cuts the pieces that the one before left; what lies between matches is a piece too.</summary>
internal sealed class WordSplitter(IReadOnlyList<Regex> patterns) : PreTokenizer
{
    /// <inheritdoc/>
    public override IEnumerable<(int Offset, int Length)> PreTokenize(string text) => Split(text);

    /// <inheritdoc/>
    public override IEnumerable<(int Offset, int Length)> PreTokenize(ReadOnlySpan<char> text) => Split(text.ToString());

    private List<(int Offset, int Length)> Split(string text)
    {
        var shadow = CategoryShadow.Of(text);
        var pieces = new List<(int Offset, int Length)> { (0, shadow.Text.Length) };
        foreach (var pattern in patterns)
        {
            pieces = [.. pieces.SelectMany(piece => Cut(shadow.Text.Substring(piece.Offset, piece.Length), pattern).Select(part => (piece.Offset + part.Offset, part.Length)))];
        }

        return [.. pieces.Where(piece => piece.Length > 0)
            .Select(piece => (shadow.Offset(piece.Offset), shadow.Offset(piece.Offset + piece.Length) - shadow.Offset(piece.Offset)))];
    }

    private static IEnumerable<(int Offset, int Length)> Cut(string piece, Regex pattern)
    {
        var start = 0;
        foreach (var match in pattern.EnumerateMatches(piece).ToList())
        {
            if (match.Index > start)
            {
                yield return (start, match.Index - start);
            }

            yield return (match.Index, match.Length);
            start = match.Index + match.Length;
        }

        if (start < piece.Length)
        {
            yield return (start, piece.Length - start);
        }
    }
}

/// <summary>Matches as values: the enumerator itself cannot cross a yield.</summary>
internal static class MatchList
{
    /// <summary>All matches.</summary>
    public static List<(int Index, int Length)> ToList(this Regex.ValueMatchEnumerator matches)
    {
        var list = new List<(int Index, int Length)>();
        foreach (var match in matches)
        {
            list.Add((match.Index, match.Length));
        }

        return list;
    }
}
