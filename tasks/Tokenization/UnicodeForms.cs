using System.Globalization;
using System.Text;

namespace LT2.Eval.Tasks.Tokenization;

/// <summary>
/// The normalisation forms C, D, KC and KD by Unicode's own tables (version 15.0): the program runs without ICU, and .NET then leaves every text as it is.
/// Source: Unicode Standard Annex #15; for Hangul, the Unicode Standard, section 3.12.
/// </summary>
internal sealed class UnicodeForms
{
    private const int HangulBase = 0xAC00, LeadBase = 0x1100, VowelBase = 0x1161, TailBase = 0x11A7, Leads = 19, Vowels = 21, Tails = 28;

    private static readonly Lazy<UnicodeForms> Loaded = new(() => new UnicodeForms());

    private readonly Dictionary<int, int> classes = [];
    private readonly Dictionary<int, int[]> canonical = [];
    private readonly Dictionary<int, int[]> compatible = [];
    private readonly Dictionary<(int First, int Second), int> composed = [];

    // A line a character: code, combining class, whether its parts compose it (c), only stand for it (d) or are compatible (k), and the parts.
    private UnicodeForms()
    {
        using var reader = new StreamReader(typeof(UnicodeForms).Assembly.GetManifestResourceStream("UnicodeDecompositions.txt")!);
        while (reader.ReadLine() is { } line)
        {
            var fields = line.Split(';');
            var code = Code(fields[0]);
            if (fields[1].Length > 0)
            {
                classes[code] = int.Parse(fields[1], CultureInfo.InvariantCulture);
            }

            if (fields[2].Length > 0)
            {
                int[] parts = [.. fields[3].Split(' ').Select(Code)];
                compatible[code] = parts;
                if (fields[2] != "k")
                {
                    canonical[code] = parts;
                }

                if (fields[2] == "c")
                {
                    composed[(parts[0], parts[1])] = code;
                }
            }
        }
    }

    /// <summary>The text in a form.</summary>
    /// <param name="text">Any text; a lone surrogate stays as it is.</param>
    /// <param name="form">C, D, KC or KD.</param>
    public static string Normalize(string text, NormalizationForm form)
    {
        if (Ascii.IsValid(text))
        {
            return text;
        }

        var forms = Loaded.Value;
        var decomposed = forms.Ordered(text, form is NormalizationForm.FormKC or NormalizationForm.FormKD ? forms.compatible : forms.canonical);
        var codes = form is NormalizationForm.FormC or NormalizationForm.FormKC ? forms.Composed(decomposed) : decomposed;
        var result = new StringBuilder(text.Length);
        foreach (var code in codes)
        {
            _ = code is >= 0xD800 and <= 0xDFFF ? result.Append((char)code) : result.Append(char.ConvertFromUtf32(code));
        }

        return result.ToString();
    }

    private static int Code(string hexadecimal) => int.Parse(hexadecimal, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture);

    private int ClassOf(int code) => classes.GetValueOrDefault(code);

    // All parts, marks after a character in the order of their classes.
    private List<int> Ordered(string text, Dictionary<int, int[]> parts)
    {
        var codes = new List<int>(text.Length);
        for (var i = 0; i < text.Length; i++)
        {
            var isPair = char.IsHighSurrogate(text[i]) && i + 1 < text.Length && char.IsLowSurrogate(text[i + 1]);
            Append(isPair ? char.ConvertToUtf32(text[i], text[++i]) : text[i], parts, codes);
        }

        for (var i = 1; i < codes.Count; i++)
        {
            var (code, at) = (codes[i], i);
            for (var own = ClassOf(code); own > 0 && at > 0 && ClassOf(codes[at - 1]) > own; at--)
            {
                codes[at] = codes[at - 1];
            }

            codes[at] = code;
        }

        return codes;
    }

    private static void Append(int code, Dictionary<int, int[]> parts, List<int> codes)
    {
        if (code - HangulBase is >= 0 and < Leads * Vowels * Tails and var syllable)
        {
            codes.AddRange([LeadBase + (syllable / (Vowels * Tails)), VowelBase + (syllable / Tails % Vowels)]);
            if (syllable % Tails > 0)
            {
                codes.Add(TailBase + (syllable % Tails));
            }
        }
        else if (parts.TryGetValue(code, out var own))
        {
            foreach (var part in own)
            {
                Append(part, parts, codes);
            }
        }
        else
        {
            codes.Add(code);
        }
    }

    // A mark joins the last starter unless a mark of its class or higher stands between.
    private List<int> Composed(List<int> codes)
    {
        var result = new List<int>(codes.Count);
        var (starter, between) = (-1, -1);
        foreach (var code in codes)
        {
            var own = ClassOf(code);
            if (starter >= 0 && between < own && Compose(result[starter], code) is { } whole)
            {
                result[starter] = whole;
                continue;
            }

            if (own == 0)
            {
                (starter, between) = (result.Count, -1);
            }
            else
            {
                between = own;
            }

            result.Add(code);
        }

        return result;
    }

    private int? Compose(int first, int second)
    {
        if (first - LeadBase is >= 0 and < Leads and var lead && second - VowelBase is >= 0 and < Vowels and var vowel)
        {
            return HangulBase + (((lead * Vowels) + vowel) * Tails);
        }

        if (first - HangulBase is >= 0 and < Leads * Vowels * Tails and var syllable && syllable % Tails == 0 && second - TailBase is > 0 and < Tails and var tail)
        {
            return first + tail;
        }

        return composed.TryGetValue((first, second), out var whole) ? whole : null;
    }
}
