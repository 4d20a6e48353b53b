using System.IO.Compression;

namespace LT2.Eval.Tasks.Data.Conversion;

/// <summary>Data sets that are files of a package as they are.</summary>
internal static class FileCopies
{
    /// <summary>A conversion that copies files; the name in the data set is the last part of the path, without <c>.gz</c>.</summary>
    /// <param name="relativePaths">Paths below the unpacked folder.</param>
    public static DatasetConversion Of(params string[] relativePaths) => async (unpackedFolder, outputFolder, cancellation) =>
    {
        foreach (var relativePath in relativePaths)
        {
            var from = Path.Combine(unpackedFolder, relativePath);
            if (!File.Exists(from))
            {
                continue; // reported as a missing file when the data set is verified
            }

            await using Stream input = relativePath.EndsWith(".gz", StringComparison.Ordinal)
                ? new GZipStream(File.OpenRead(from), CompressionMode.Decompress)
                : File.OpenRead(from);
            var name = Path.GetFileName(relativePath);
            name = name.EndsWith(".gz", StringComparison.Ordinal) ? name[..^3] : name;
            await using var output = File.Create(Path.Combine(outputFolder, name));
            await input.CopyToAsync(output, cancellation);
        }
    };
}
