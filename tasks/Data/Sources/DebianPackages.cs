using LT2.Eval.Tasks.Contracts;

namespace LT2.Eval.Tasks.Data.Sources;

/// <summary>
/// Downloads Debian packages with apt's own means, without root and without touching the system's package lists: apt works in
/// a private state folder with the system's sources and keys, so its signatures are checked as always.
/// </summary>
internal static class DebianPackages
{
    private const string Hint =
        "Debian's 'apt' and 'dpkg' are needed for this data set. On another system fetch the packages elsewhere (packages.debian.org) "
        + "and name them with --from FILE.deb; dpkg-deb is still needed to unpack them.";

    private static readonly Dictionary<string, string> PlainLanguage = new() { ["LC_ALL"] = "C" };

    /// <summary>Fetches and unpacks packages.</summary>
    /// <returns>Names and versions, for the manifest.</returns>
    public static async Task<string> FetchAsync(
        DebianSource source, IReadOnlyList<string> from, string work, string unpacked, IProgress<string>? progress, CancellationToken cancellation)
    {
        var files = from.Count > 0 ? CheckGiven(from) : await DownloadAsync(source, work, progress, cancellation);
        var versions = new List<string>();
        foreach (var file in files)
        {
            progress?.Report($"unpacking {Path.GetFileName(file)}");
            var extraction = await ExternalProgram.RunAsync("dpkg-deb", ["-x", file, unpacked], work, PlainLanguage, Hint, cancellation);
            var fields = await ExternalProgram.RunAsync(
                "dpkg-deb", ["-f", file, "Package", "Version"], work, PlainLanguage, Hint, cancellation);
            if (extraction.ExitCode != 0 || fields.ExitCode != 0)
            {
                throw new TaskException($"'{file}' could not be unpacked: {(extraction.ExitCode != 0 ? extraction : fields).Complaint}");
            }

            versions.Add(string.Join(' ', fields.StandardOutput.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => line[(line.IndexOf(':', StringComparison.Ordinal) + 2)..])));
        }

        return string.Join(", ", versions.Order(StringComparer.Ordinal));
    }

    private static IReadOnlyList<string> CheckGiven(IReadOnlyList<string> from)
    {
        var problems = from.Where(file => !File.Exists(file)).Select(file => $"--from names '{file}', which does not exist.")
            .Concat(from.Where(file => !file.EndsWith(".deb", StringComparison.Ordinal)).Select(file => $"--from names '{file}'; a Debian package (.deb) is needed."))
            .ToList();
        return problems.Count == 0 ? [.. from.Select(Path.GetFullPath)] : throw new TaskException(problems);
    }

    private static async Task<IReadOnlyList<string>> DownloadAsync(
        DebianSource source, string work, IProgress<string>? progress, CancellationToken cancellation)
    {
        var state = Path.Combine(work, "apt");
        var packages = Path.Combine(work, "packages");
        foreach (var folder in new[] { "lists/partial", "cache/archives/partial" })
        {
            Directory.CreateDirectory(Path.Combine(state, folder));
        }

        Directory.CreateDirectory(packages);
        string[] options =
        [
            "-q", "-o", $"Dir::State={state}", "-o", $"Dir::State::lists={state}/lists", "-o", "Dir::State::status=/dev/null",
            "-o", $"Dir::Cache={state}/cache", "-o", "APT::Sandbox::User=root", "-o", "Acquire::Languages=none", "-o", "Acquire::Retries=3",
        ];
        progress?.Report("apt: reading package lists into a private folder");
        var update = await ExternalProgram.RunAsync("apt-get", [.. options, "update"], packages, PlainLanguage, Hint, cancellation);

        // One unreachable third-party source makes the update fail although the package is to be had: the download decides.
        progress?.Report($"apt: downloading {string.Join(", ", source.Packages)}");
        var download = await ExternalProgram.RunAsync(
            "apt-get", [.. options, "download", .. source.Packages], packages, PlainLanguage, Hint, cancellation);
        if (download.ExitCode != 0)
        {
            // Off-line, the update only warns, and the download then knows no package: the warnings say why.
            var complaint = update.StandardError.Length > 0 ? $"{download.Complaint}{Environment.NewLine}{update.Complaint}" : download.Complaint;
            throw new TaskException(
                $"apt could not download {string.Join(", ", source.Packages)}: {complaint}{Environment.NewLine}"
                + "Check the network and the sources of /etc/apt, or give the packages with --from FILE.deb.");
        }

        foreach (var package in source.OptionalPackages)
        {
            await ExternalProgram.RunAsync("apt-get", [.. options, "download", package], packages, PlainLanguage, Hint, cancellation);
        }

        return [.. Directory.GetFiles(packages, "*.deb").Order(StringComparer.Ordinal)];
    }
}
