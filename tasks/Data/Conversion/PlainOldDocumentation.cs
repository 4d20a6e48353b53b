using System.Text;
using System.Text.RegularExpressions;

namespace LT2.Eval.Tasks.Data.Conversion;

/// <summary>Perl's documentation (POD) as plain text: headings kept, directives and formatting codes resolved.</summary>
internal static partial class PlainOldDocumentation
{
    /// <summary>Writes <c>text.txt</c> from all pages in order of name.</summary>
    public static async Task ConvertAsync(string unpackedFolder, string outputFolder, CancellationToken cancellation)
    {
        await using var output = new StreamWriter(Path.Combine(outputFolder, "text.txt"), append: false, new UTF8Encoding(false));
        var pages = Directory.GetFiles(Path.Combine(unpackedFolder, "usr/share/perl"), "*.pod", SearchOption.AllDirectories);
        foreach (var page in pages.OrderBy(Path.GetFileName, StringComparer.Ordinal))
        {
            await output.WriteAsync(Clean(await File.ReadAllTextAsync(page, Encoding.UTF8, cancellation)).AsMemory(), cancellation);
            await output.WriteAsync('\n');
        }
    }

    /// <summary>One page as text.</summary>
    internal static string Clean(string pod)
    {
        var text = Directive().Replace(pod.ReplaceLineEndings("\n"), match =>
            match.Groups[1].Value.StartsWith("head", StringComparison.Ordinal) || match.Groups[1].Value == "item" ? match.Groups[2].Value : string.Empty);

        // Codes nest: the innermost are resolved first until none is left.
        string before;
        do
        {
            before = text;
            text = InnermostCode().Replace(text, match => match.Groups[1].Value switch
            {
                "E" => match.Groups[2].Value switch { "lt" => "\u0001", "gt" => "\u0002", "sol" => "/", "verbar" => "|", _ => string.Empty },
                "X" or "Z" => string.Empty,
                "L" => LinkText(match.Groups[2].Value),
                _ => match.Groups[2].Value,
            });
        }
        while (text != before);
        return EmptyLines().Replace(text.Replace('\u0001', '<').Replace('\u0002', '>'), "\n\n").Trim('\n') + "\n";
    }

    private static string LinkText(string link)
    {
        var bar = link.IndexOf('|', StringComparison.Ordinal);
        return bar > 0 ? link[..bar] : link.Replace("\"", string.Empty, StringComparison.Ordinal);
    }

    [GeneratedRegex(@"^=([a-z]+\d?)[ \t]*(.*)$", RegexOptions.Multiline)]
    private static partial Regex Directive();

    [GeneratedRegex(@"\b?([BCEFILSXZ])<(?:<+ )?([^<>]*?)(?: >+)?>")]
    private static partial Regex InnermostCode();

    [GeneratedRegex(@"\n(?:[ \t]*\n)+")]
    private static partial Regex EmptyLines();
}
