using System.Text;
using System.Text.RegularExpressions;

namespace LT2.Eval.Tasks.Tokenization;

/// <summary>
/// Writes quantifiers that .NET does not know in its own way. Hugging Face's tokenizers read patterns by Oniguruma's rules: <c>X++</c>,
/// <c>X*+</c> and <c>X?+</c> give nothing back, which is the atomic group <c>(?>X+)</c>; but <c>X{m,n}+</c> is <c>(?:X{m,n})+</c>, since an
/// interval is possessive only in Oniguruma's Java syntax.
/// </summary>
internal static partial class QuantifierTranslation
{
    /// <summary>The pattern for .NET; one without such quantifiers stays as it is.</summary>
    public static string Translate(string pattern)
    {
        var result = new StringBuilder();
        var groups = new Stack<int>();
        int? atom = null; // where in the result that begins to which a quantifier would apply
        for (var i = 0; i < pattern.Length;)
        {
            if (atom is { } start && Quantifier().Match(pattern, i) is { Success: true } quantifier)
            {
                var bare = quantifier.Groups["bare"].Value;
                i += quantifier.Length;
                if (quantifier.Groups["plus"].Success)
                {
                    var isInterval = bare[0] == '{';
                    result.Append(bare).Append(isInterval ? ")+" : ")").Insert(start, isInterval ? "(?:" : "(?>");
                }
                else
                {
                    result.Append(quantifier.Value);
                }

                atom = null;
                continue;
            }

            var part = Part().Match(pattern, i).Value;
            switch (part[0])
            {
                case '(':
                    groups.Push(result.Length);
                    atom = null;
                    break;
                case ')':
                    atom = groups.TryPop(out var open) ? open : null;
                    break;
                case '|':
                    atom = null;
                    break;
                default:
                    atom = result.Length;
                    break;
            }

            result.Append(part);
            i += part.Length;
        }

        return result.ToString();
    }

    [GeneratedRegex(@"\G(?<bare>[*+?]|\{[0-9]+(,[0-9]*)?\})(?:(?<plus>\+)|\?)?")]
    private static partial Regex Quantifier();

    // A group's beginning, a class, an escape, a pair of surrogates, or a character.
    [GeneratedRegex(
        @"\G(?:\(\??|\[\^?\]?(?:\\.|[^\]\\])*\]|\\(?:[pP]\{[^}]*\}|x\{[^}]*\}|x[0-9A-Fa-f]{2}|u[0-9A-Fa-f]{4}|k<[^>]*>|c.|[0-9]{1,3}|.)|[\ud800-\udbff][\udc00-\udfff]|.)",
        RegexOptions.Singleline)]
    private static partial Regex Part();
}
