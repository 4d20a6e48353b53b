using System.Globalization;
using System.Text;

namespace LT2.Eval.Tasks.TextTasks.Python;

/// <summary>Upper and lower case as Python has them: by Unicode's full mappings, where .NET's stay with one code point for one.</summary>
public static class PythonCase
{
    private const int CapitalDottedI = 0x130, CapitalSigma = 0x3a3;

    // Punctuation that stands inside words (Word_Break MidLetter, MidNumLet, Single_Quote).
    private const string InsideWords = "'.:\u00b7\u0387\u055f\u05f4\u2018\u2019\u2024\u2027\ufe13\ufe52\ufe55\uff07\uff0e\uff1a";

    /// <summary><c>str.lower()</c>.</summary>
    public static string Lower(string text) => LowerFrom(text, 0);

    /// <summary><c>str.capitalize()</c>: the first letter in upper (title) case, all others in lower case.</summary>
    public static string Capitalize(string text)
    {
        if (text.Length == 0)
        {
            return text;
        }

        var first = Rune.TryGetRuneAt(text, 0, out var rune) ? rune : new Rune('\ufffd');
        var title = first.Value switch
        {
            0xdf => "Ss",
            >= 0x1c4 and <= 0x1c6 => "\u01c5",
            >= 0x1c7 and <= 0x1c9 => "\u01c8",
            >= 0x1ca and <= 0x1cc => "\u01cb",
            >= 0x1f1 and <= 0x1f3 => "\u01f2",
            _ => Rune.ToUpperInvariant(first).ToString(),
        };
        return title + LowerFrom(text, first.Utf16SequenceLength);
    }

    private static string LowerFrom(string text, int start)
    {
        var runes = text.EnumerateRunes().ToList();
        var result = new StringBuilder(text.Length);
        var at = 0;
        foreach (var (index, rune) in runes.Index())
        {
            if (at >= start)
            {
                result.Append(rune.Value switch
                {
                    CapitalDottedI => "i\u0307",
                    CapitalSigma => EndsWord(runes, index) ? "\u03c2" : "\u03c3",
                    _ => Rune.ToLowerInvariant(rune).ToString(),
                });
            }

            at += rune.Utf16SequenceLength;
        }

        return result.ToString();
    }

    // Unicode's Final_Sigma: a letter stands before, none behind, marks and apostrophes aside.
    private static bool EndsWord(List<Rune> runes, int index) =>
        runes.Take(index).Reverse().SkipWhile(IsIgnored).Take(1).Any(HasCase) && !runes.Skip(index + 1).SkipWhile(IsIgnored).Take(1).Any(HasCase);

    private static bool IsIgnored(Rune rune) => Rune.GetUnicodeCategory(rune) is UnicodeCategory.NonSpacingMark or UnicodeCategory.EnclosingMark
        or UnicodeCategory.Format or UnicodeCategory.ModifierLetter or UnicodeCategory.ModifierSymbol || (rune.IsBmp && InsideWords.Contains((char)rune.Value, StringComparison.Ordinal));

    private static bool HasCase(Rune rune) => Rune.GetUnicodeCategory(rune) is UnicodeCategory.UppercaseLetter or UnicodeCategory.LowercaseLetter or UnicodeCategory.TitlecaseLetter
        || rune.Value is 0xaa or 0xba or (>= 0x2160 and <= 0x217f) or (>= 0x24b6 and <= 0x24e9);
}
