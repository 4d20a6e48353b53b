using System.Text.RegularExpressions;

namespace LT2.Eval.Tasks.TextTasks.Functions;

/// <summary>WikiText's tokenised pages turned back into ordinary text, by the replacements of the reference and in their order.</summary>
internal static partial class WikiText
{
    public static object Detokenize(IReadOnlyDictionary<string, object?> document) => Detokenize(document.Text("page"));

    public static string Detokenize(string page)
    {
        var text = page.Replace("s '", "s'", StringComparison.Ordinal);
        text = SlashQuoteDigit().Replace(text, "/'[0-9]/"); // the reference's replacement is this literal text
        foreach (var mark in "-,.")
        {
            text = text.Replace($" @{mark}@ ", mark.ToString(), StringComparison.Ordinal);
        }

        foreach (var mark in ":;.!?,")
        {
            text = text.Replace($" {mark} ", $"{mark} ", StringComparison.Ordinal);
        }

        text = Parentheses().Replace(text, "($1)");
        text = Brackets().Replace(text, "[$1]");
        text = Braces().Replace(text, "{$1}");
        text = DoubleQuotes().Replace(text, "\"$1\"");
        text = SingleQuotes().Replace(text, "'$1'");
        foreach (var (from, to) in new[]
        {
            ("= = = =", "===="), ("= = =", "==="), ("= =", "=="), (" \u00b0 ", "\u00b0"), (" \n", "\n"), ("\n ", "\n"), (" N ", " 1 "), (" 's", "'s"),
        })
        {
            text = text.Replace(from, to, StringComparison.Ordinal);
        }

        return text;
    }

    [GeneratedRegex(@"/' [0-9]/")]
    private static partial Regex SlashQuoteDigit();

    [GeneratedRegex(@"\([\s\x1c-\x1f]*([^\)]*?)[\s\x1c-\x1f]*\)")]
    private static partial Regex Parentheses();

    [GeneratedRegex(@"\[[\s\x1c-\x1f]*([^\]]*?)[\s\x1c-\x1f]*\]")]
    private static partial Regex Brackets();

    [GeneratedRegex(@"\{[\s\x1c-\x1f]*([^}]*?)[\s\x1c-\x1f]*\}")]
    private static partial Regex Braces();

    [GeneratedRegex(@"""[\s\x1c-\x1f]*([^""]*?)[\s\x1c-\x1f]*""")]
    private static partial Regex DoubleQuotes();

    [GeneratedRegex(@"'[\s\x1c-\x1f]*([^']*?)[\s\x1c-\x1f]*'")]
    private static partial Regex SingleQuotes();
}
