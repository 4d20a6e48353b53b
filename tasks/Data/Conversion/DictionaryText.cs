using System.IO.Compression;
using System.Text;
using System.Text.RegularExpressions;

namespace LT2.Eval.Tasks.Data.Conversion;

/// <summary>
/// Text of a dictionary in dictd's format (gzip with an index, which is not needed): markers of sources and references removed,
/// entries kept apart by an empty line.
/// </summary>
internal static partial class DictionaryText
{
    /// <summary>A conversion that writes <c>text.txt</c> from <c>usr/share/dictd/NAME.dict.dz</c>.</summary>
    public static DatasetConversion Of(string dictionary) => async (unpackedFolder, outputFolder, cancellation) =>
    {
        await using var packed = new GZipStream(
            File.OpenRead(Path.Combine(unpackedFolder, $"usr/share/dictd/{dictionary}.dict.dz")), CompressionMode.Decompress);
        using var reader = new StreamReader(packed, Encoding.UTF8);
        var text = Clean(await reader.ReadToEndAsync(cancellation));
        await File.WriteAllTextAsync(Path.Combine(outputFolder, "text.txt"), text, new UTF8Encoding(false), cancellation);
    };

    /// <summary>Removes the header entries about the database, source marks and the braces around references.</summary>
    internal static string Clean(string text)
    {
        var start = text.LastIndexOf("\n00-database-", StringComparison.Ordinal);
        var body = start < 0 ? text : text[(text.IndexOf("\n\n", start + 1, StringComparison.Ordinal) is >= 0 and var end ? end : 0)..];
        body = SourceMark().Replace(body, string.Empty);
        body = Pronunciation().Replace(body, string.Empty);
        body = body.Replace("{", string.Empty, StringComparison.Ordinal).Replace("}", string.Empty, StringComparison.Ordinal);
        return EmptyLines().Replace(body, "\n\n").Trim() + "\n";
    }

    [GeneratedRegex(@"\[(?:1913 Webster|PJC|WordNet 1\.5|Webster 1913 Suppl\.|Webster Suppl\.|[A-Za-z. ]*\+PJC|PJC\+[A-Za-z. ]*)\]")]
    private static partial Regex SourceMark();

    // Headwords repeat themselves between backslashes with stress marks: Affect \Af*fect"\.
    [GeneratedRegex(@" \\[^\\\n]{1,60}\\")]
    private static partial Regex Pronunciation();

    [GeneratedRegex(@"[ \t]*\n(?:[ \t]*\n)+")]
    private static partial Regex EmptyLines();
}
