using System.Diagnostics;

namespace LT2.Eval.EndToEnd.Tests.Long;

/// <summary>A copy of this repository's sources that can be changed and published, so that two real builds stand side by side.</summary>
internal sealed class PublishedBuild : IDisposable
{
    private static readonly string[] Rooms = ["tasks", "baselines", "results", "reports", "harness"];

    private readonly string root = Directory.CreateTempSubdirectory("lt2-sources-").FullName;

    public PublishedBuild()
    {
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

    /// <summary>Puts a statement at the beginning of a method's body; the method is found by the text of its declaration.</summary>
    public void Insert(string relativePath, string declaration, string statement)
    {
        var path = Path.Combine(root, relativePath);
        var text = File.ReadAllText(path);
        var at = text.IndexOf(declaration, StringComparison.Ordinal);
        Assert.True(at >= 0, $"{relativePath} has no '{declaration}' any more; name another place for the slowdown.");
        var brace = text.IndexOf('{', at);
        File.WriteAllText(path, text.Insert(brace + 1, $" {statement} "));
    }

    /// <summary>Publishes the program and returns its folder.</summary>
    public string Publish(string name)
    {
        var target = Path.Combine(root, "published", name);
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
