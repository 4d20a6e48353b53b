using System.Security.Cryptography;
using System.Text;
using LT2.Eval.Harness.Execution;
using LT2.Eval.Results.Gating;

namespace LT2.Eval.Harness.Gating;

/// <summary>Programs kept beside the store, so that a pin's build can be run again next to tonight's.</summary>
internal static class KeptBuilds
{
    /// <summary>Files above this size (libtorch) are linked, not copied; the hash still covers them.</summary>
    private const long CopiedBytesLimit = 64L << 20;

    /// <summary>Where a build is kept.</summary>
    public static string FolderOf(string outputRoot, string buildId) => Path.Combine(RunFolder.RunsIn(outputRoot), "builds", buildId);

    /// <summary>Whether any build is kept.</summary>
    public static bool Any(string outputRoot) => Directory.Exists(FolderOf(outputRoot, "")) && Directory.EnumerateDirectories(FolderOf(outputRoot, "")).Any();

    /// <summary>Keeps a program folder and returns its hash; builds that no pin names any more are removed.</summary>
    public static string Keep(string outputRoot, string buildId, string programFolder, IEnumerable<string> pinnedBuildIds)
    {
        var target = FolderOf(outputRoot, buildId);
        var part = target + ".part";
        if (Directory.Exists(part))
        {
            Directory.Delete(part, recursive: true);
        }

        foreach (var source in Directory.EnumerateFiles(programFolder, "*", SearchOption.AllDirectories))
        {
            var copy = Path.Combine(part, Path.GetRelativePath(programFolder, source));
            Directory.CreateDirectory(Path.GetDirectoryName(copy)!);
            if (new FileInfo(source).Length > CopiedBytesLimit)
            {
                File.CreateSymbolicLink(copy, Path.GetFullPath(source));
            }
            else
            {
                File.Copy(source, copy);
            }
        }

        var wanted = pinnedBuildIds.Append(buildId).ToHashSet(StringComparer.Ordinal);
        foreach (var old in Directory.EnumerateDirectories(Path.GetDirectoryName(target)!).Where(path => path != part && (path == target || !wanted.Contains(Path.GetFileName(path)))))
        {
            Directory.Delete(old, recursive: true);
        }

        Directory.Move(part, target);
        return HashOf(target);
    }

    /// <summary>The kept build of a pin; null with a message where there is none or it is not what was kept.</summary>
    public static string? Find(string outputRoot, PinFile pin, Action<string> message)
    {
        var folder = FolderOf(outputRoot, pin.BuildId);
        if (pin.BundleHash is null || !Directory.Exists(folder))
        {
            return null;
        }

        try
        {
            if (HashOf(folder) == pin.BundleHash)
            {
                return folder;
            }
        }
        catch (IOException error)
        {
            message($"The kept build '{folder}' cannot be read ({error.Message}) and is not used.");
            return null;
        }

        message($"The kept build '{folder}' is not the one that was pinned (its hash differs) and is not used. Keep it again: lt2 pin --keep-build --reason TEXT");
        return null;
    }

    /// <summary>SHA-256 over every file's relative path and content, by path.</summary>
    public static string HashOf(string folder)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (var path in Directory.EnumerateFiles(folder, "*", SearchOption.AllDirectories).Order(StringComparer.Ordinal))
        {
            using var stream = File.OpenRead(path);
            hash.AppendData(Encoding.UTF8.GetBytes($"{Path.GetRelativePath(folder, path)}\n{Convert.ToHexStringLower(SHA256.HashData(stream))}\n"));
        }

        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }
}
