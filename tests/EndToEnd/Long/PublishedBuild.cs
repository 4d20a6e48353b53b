using System.Diagnostics;

namespace LT2.Eval.EndToEnd.Tests.Long;

/// <summary>A copy of this repository's sources that can be changed and published, so that two real builds stand side by side.</summary>
internal sealed class PublishedBuild : IDisposable
{
    private static readonly string[] Rooms = ["tasks", "baselines", "results", "reports", "harness"];

    private readonly string root = Directory.CreateTempSubdirectory("lt2-sources-").FullName;
    private readonly string published;

    /// <summary>LT2_LONG_TESTS_BUILDS=FOLDER keeps the programs there and takes those that are there already: they can be built before a host is made quiet.</summary>
    public PublishedBuild()
    {
        published = Environment.GetEnvironmentVariable("LT2_LONG_TESTS_BUILDS") ?? Path.Combine(root, "published");
        var repository = Repository();
        foreach (var file in Directory.EnumerateFiles(repository).Concat(Rooms.SelectMany(room => Directory.EnumerateFiles(Path.Combine(repository, room), "*", SearchOption.AllDirectories))))
        {
            var relative = Path.GetRelativePath(repository, file);
            if (relative.Split('/').Any(part => part is "bin" or "obj" or "artifacts" or "runs" or "site"))
            {
                continue;
            }

            var copy = Path.Combine(root, relative);
            Directory.CreateDirectory(Path.GetDirectoryName(copy)!);
            File.Copy(file, copy);
        }
    }

    /// <summary>Replaces a text that occurs once in a source file; <see cref="Restore"/> undoes it.</summary>
    public void Replace(string relativePath, string text, string replacement)
    {
        var path = Path.Combine(root, relativePath);
        var source = File.ReadAllText(path);
        Assert.True(source.Split(text).Length == 2, $"{relativePath} does not hold '{text}' once any more; name another place for the fault.");
        File.WriteAllText(path, source.Replace(text, replacement, StringComparison.Ordinal));
    }

    /// <summary>Brings a file back to the repository's.</summary>
    public void Restore(string relativePath) => File.Copy(Path.Combine(Repository(), relativePath), Path.Combine(root, relativePath), overwrite: true);

    /// <summary>Publishes the program and returns its folder.</summary>
    public string Publish(string name)
    {
        var target = Path.Combine(published, name);
        if (File.Exists(Path.Combine(target, "lt2")))
        {
            return target;
        }

        using var process = Process.Start(new ProcessStartInfo("dotnet", ["publish", "harness", "-c", "Release", "-o", target, "--nologo", "-v", "quiet"])
        {
            WorkingDirectory = root, RedirectStandardOutput = true, RedirectStandardError = true,
        })!;
        var error = process.StandardError.ReadToEndAsync();
        var output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        Assert.True(process.ExitCode == 0, output + error.GetAwaiter().GetResult());
        return target;
    }

    public void Dispose() => Directory.Delete(root, recursive: true);

    private static string Repository()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (folder is not null && !File.Exists(Path.Combine(folder.FullName, "LT2.Eval.sln")))
        {
            folder = folder.Parent;
        }

        Assert.SkipWhen(folder is null, "The sources are not here: this test builds them.");
        return folder!.FullName;
    }
}
