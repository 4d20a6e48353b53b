using System.Globalization;
using System.Text;

namespace LT2.Eval.Reports.Text;

/// <summary>Text of data sets and models made safe to look at.</summary>
public static class VisibleText
{
    /// <summary>
    /// Control characters, directional overrides and unpaired surrogates written as <c>\u{…}</c>, so that a sample can neither hide text
    /// nor reorder the line it stands in. Line breaks become <c>⏎</c>. Markup is left as it is: escaping it is the renderer's work.
    /// </summary>
    /// <param name="text">Any text.</param>
    /// <param name="maximumLength">Characters after which it is cut, with an ellipsis.</param>
    public static string Of(string text, int maximumLength = 2000)
    {
        var builder = new StringBuilder(Math.Min(text.Length, maximumLength) + 8);
        foreach (var rune in text.EnumerateRunes())
        {
            if (builder.Length >= maximumLength)
            {
                return builder.Append('…').ToString();
            }
            Append(builder, rune);
        }
        return builder.ToString();
    }

    private static void Append(StringBuilder builder, Rune rune)
    {
        switch (rune.Value)
        {
            case '\n':
                builder.Append('⏎');
                break;
            case '\t':
                builder.Append('⇥');
                break;
            case 0xFFFD:
                builder.Append("\\u{fffd}");
                break;
            default:
                if (Rune.GetUnicodeCategory(rune) is UnicodeCategory.Control or UnicodeCategory.Format or UnicodeCategory.Surrogate
                    or UnicodeCategory.PrivateUse or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator)
                {
                    builder.Append(CultureInfo.InvariantCulture, $"\\u{{{rune.Value:x}}}");
                }
                else
                {
                    builder.Append(rune);
                }
                break;
        }
    }
}
