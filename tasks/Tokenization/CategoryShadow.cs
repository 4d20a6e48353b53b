using System.Globalization;
using System.Text;

namespace LT2.Eval.Tasks.Tokenization;

/// <summary>
/// A text in which every character beyond the basic plane is replaced by one of the same Unicode category. .NET's patterns see two
/// surrogates where the tokenizers' own see one letter, digit or sign; on the shadow both agree, and offsets map back.
/// </summary>
internal sealed class CategoryShadow
{
    private readonly int[]? offsets;

    private CategoryShadow(string text, int[]? offsets)
    {
        Text = text;
        this.offsets = offsets;
    }

    /// <summary>What patterns are matched against.</summary>
    public string Text { get; }

    /// <summary>Shadows a text; one without surrogates is its own shadow.</summary>
    public static CategoryShadow Of(string text)
    {
        if (!text.AsSpan().ContainsAnyInRange('\ud800', '\udfff'))
        {
            return new CategoryShadow(text, null);
        }

        var shadow = new StringBuilder();
        var offsets = new List<int>();
        for (var i = 0; i < text.Length; i++)
        {
            offsets.Add(i);
            if (char.IsHighSurrogate(text[i]) && i + 1 < text.Length && char.IsLowSurrogate(text[i + 1]))
            {
                shadow.Append(Representative(Rune.GetUnicodeCategory(new Rune(text[i], text[i + 1]))));
                i++;
            }
            else
            {
                shadow.Append(text[i]);
            }
        }

        offsets.Add(text.Length);
        return new CategoryShadow(shadow.ToString(), [.. offsets]);
    }

    /// <summary>Offset in the text of an offset in the shadow.</summary>
    public int Offset(int shadowOffset) => offsets is null ? shadowOffset : offsets[shadowOffset];

    // Letters outside ASCII, so that no contraction such as 's is found in them.
    private static char Representative(UnicodeCategory category) => category switch
    {
        UnicodeCategory.UppercaseLetter => '\u00c0',
        UnicodeCategory.LowercaseLetter => '\u00e0',
        UnicodeCategory.TitlecaseLetter => '\u01c5',
        UnicodeCategory.ModifierLetter => '\u02b0',
        UnicodeCategory.OtherLetter => '\u05d0',
        UnicodeCategory.NonSpacingMark => '\u0301',
        UnicodeCategory.SpacingCombiningMark => '\u0903',
        UnicodeCategory.EnclosingMark => '\u0488',
        UnicodeCategory.DecimalDigitNumber => '\u0660',
        UnicodeCategory.LetterNumber => '\u2160',
        UnicodeCategory.OtherNumber => '\u00b2',
        _ => '\u2603',
    };
}
