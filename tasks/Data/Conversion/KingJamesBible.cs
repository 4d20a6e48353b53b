using System.Text;
using LT2.Eval.Tasks.Contracts;

namespace LT2.Eval.Tasks.Data.Conversion;

/// <summary>
/// The King James Bible, one verse a line: <c>text.txt</c> holds the text alone, <c>verses.lst</c> lines of <c>REFERENCE TEXT</c>. The
/// package's data file is packed in a form only its program reads, so the unpacked program prints it.
/// </summary>
internal static class KingJamesBible
{
    /// <summary>Writes both files.</summary>
    public static async Task ConvertAsync(string unpackedFolder, string outputFolder, CancellationToken cancellation)
    {
        // The program needs readline, which a bare machine lacks: it was unpacked beside.
        var libraries = Directory.GetFiles(unpackedFolder, "lib*.so.*", SearchOption.AllDirectories)
            .Select(file => Path.GetDirectoryName(file)!).Distinct();
        var environment = new Dictionary<string, string>
        {
            ["LC_ALL"] = "C",
            ["LD_LIBRARY_PATH"] = string.Join(':', libraries.Append(Environment.GetEnvironmentVariable("LD_LIBRARY_PATH")).Where(path => !string.IsNullOrEmpty(path))),
        };
        var program = Path.Combine(unpackedFolder, "usr/bin/bible");
        var output = await ExternalProgram.RunAsync(
            program,
            ["-p", Path.Combine(unpackedFolder, "usr/lib"), "-f", "Gen1:1-Rev22:21"],
            unpackedFolder,
            environment,
            "It is unpacked from the Debian package bible-kjv and runs on Debian of this machine's architecture only.",
            cancellation);
        if (output.ExitCode != 0 || output.StandardOutput.Length == 0)
        {
            throw new TaskException($"The program 'bible' of the package bible-kjv did not print its text (exit code {output.ExitCode}): {output.Complaint}");
        }

        var verses = output.StandardOutput.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(verse => verse[(verse.IndexOf(' ', StringComparison.Ordinal) + 1)..] + "\n");
        await File.WriteAllTextAsync(Path.Combine(outputFolder, "text.txt"), string.Concat(verses), new UTF8Encoding(false), cancellation);
        await File.WriteAllTextAsync(Path.Combine(outputFolder, "verses.lst"), output.StandardOutput, new UTF8Encoding(false), cancellation);
    }
}
