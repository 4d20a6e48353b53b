using System.IO.Compression;
using System.Text;
using System.Text.RegularExpressions;

namespace LT2.Eval.Tasks.Data.Conversion;

/// <summary>A folder of compressed Markdown pages as one plain text, pages in order of name.</summary>
internal static partial class MarkdownPages
{
    /// <summary>A conversion that writes <c>text.txt</c>.</summary>
    /// <param name="relativeFolder">Folder of <c>*.md.gz</c> below the unpacked folder.</param>
    public static DatasetConversion Of(string relativeFolder) => async (unpackedFolder, outputFolder, cancellation) =>
    {
        await using var output = new StreamWriter(Path.Combine(outputFolder, "text.txt"), append: false, new UTF8Encoding(false));
        var pages = Directory.GetFiles(Path.Combine(unpackedFolder, relativeFolder), "*.md.gz");
        foreach (var page in pages.OrderBy(Path.GetFileName, StringComparer.Ordinal))
        {
            using var reader = new StreamReader(new GZipStream(File.OpenRead(page), CompressionMode.Decompress), Encoding.UTF8);
            await output.WriteAsync((Clean(await reader.ReadToEndAsync(cancellation)) + "\n").AsMemory(), cancellation);
        }
    };

    /// <summary>Links become their text; emphasis and quotation marks of lines go; paragraphs stay.</summary>
    internal static string Clean(string markdown)
    {
        var text = Link().Replace(markdown.ReplaceLineEndings("\n"), "$1");
        text = LineMark().Replace(text, string.Empty);
        text = Emphasis().Replace(text, string.Empty);
        return EmptyLines().Replace(text, "\n\n").Trim() + "\n";
    }

    [GeneratedRegex(@"!?\[([^\]]*)\]\([^)]*\)")]
    private static partial Regex Link();

    [GeneratedRegex(@"^(?:> ?|#+ )+", RegexOptions.Multiline)]
    private static partial Regex LineMark();

    [GeneratedRegex(@"\*\*|(?<![A-Za-z0-9])_|_(?![A-Za-z0-9])")]
    private static partial Regex Emphasis();

    [GeneratedRegex(@"[ \t]*\n(?:[ \t]*\n)+")]
    private static partial Regex EmptyLines();
}
