using System.Buffers;
using System.Globalization;
using System.Text;

namespace LT2.Eval.Tasks.Tokenization;

/// <summary>
/// Finds added tokens in a text from left to right, of those that begin together the longest, as Hugging Face's tokenizers do. What
/// looks like a special token is passed over as a whole: it stays text, and no other token is found in it.
/// </summary>
internal sealed class AddedTokenMatcher
{
    private readonly SearchValues<string> contents;
    private readonly ILookup<char, (string Content, AddedToken Token)> byFirstLetter;

    /// <summary>Prepares the search.</summary>
    /// <param name="tokens">What to find, each with the text that is looked for; of equal texts a special one counts, else the first.</param>
    public AddedTokenMatcher(IReadOnlyList<(string Content, AddedToken Token)> tokens)
    {
        contents = SearchValues.Create([.. tokens.Select(pair => pair.Content)], StringComparison.Ordinal);
        byFirstLetter = tokens.OrderByDescending(pair => pair.Content.Length).ThenBy(pair => pair.Token.IsSpecial ? 0 : 1).ToLookup(pair => pair.Content[0]);
        IsEmpty = tokens.Count == 0;
    }

    /// <summary>Whether there is nothing to find.</summary>
    public bool IsEmpty { get; }

    /// <summary>The pieces of a text, in order: a token's id, or text between tokens.</summary>
    public IEnumerable<(string Text, int? Id)> Split(string text)
    {
        var (taken, from) = (0, 0);
        while (text.AsSpan(from).IndexOfAny(contents) is var offset and >= 0)
        {
            var start = from + offset;
            var (content, token) = byFirstLetter[text[start]].First(pair => text.AsSpan(start).StartsWith(pair.Content, StringComparison.Ordinal));
            from = start + content.Length;
            if (token.IsSpecial || (token.IsSingleWord && IsWithinWord(text, start, from)))
            {
                continue;
            }

            var end = from;
            while (token.StripsLeft && start > taken && char.IsWhiteSpace(text[start - 1]))
            {
                start--;
            }

            while (token.StripsRight && end < text.Length && char.IsWhiteSpace(text[end]))
            {
                end++;
            }

            if (taken < start)
            {
                yield return (text[taken..start], null);
            }

            yield return (content, token.Id);
            taken = end;
        }

        if (taken < text.Length)
        {
            yield return (text[taken..], null);
        }
    }

    private static bool IsWithinWord(string text, int start, int end)
    {
        Rune.DecodeLastFromUtf16(text.AsSpan(0, start), out var before, out _);
        Rune.DecodeFromUtf16(text.AsSpan(end), out var after, out _);
        return IsOfWords(before) || IsOfWords(after); // beside nothing stands U+FFFD, which is of no word
    }

    // What \w means there: letters, marks, decimal digits, joining punctuation and the two joiners.
    private static bool IsOfWords(Rune rune) => rune.Value is 0x200c or 0x200d || Rune.GetUnicodeCategory(rune) is
        UnicodeCategory.UppercaseLetter or UnicodeCategory.LowercaseLetter or UnicodeCategory.TitlecaseLetter or UnicodeCategory.ModifierLetter
        or UnicodeCategory.OtherLetter or UnicodeCategory.LetterNumber or UnicodeCategory.NonSpacingMark or UnicodeCategory.SpacingCombiningMark
        or UnicodeCategory.EnclosingMark or UnicodeCategory.DecimalDigitNumber or UnicodeCategory.ConnectorPunctuation;
}
