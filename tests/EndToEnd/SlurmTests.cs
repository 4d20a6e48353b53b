using System.Diagnostics;

namespace LT2.Eval.EndToEnd.Tests;

/// <summary>The script beside <c>.ci/run</c>: a real Slurm with two pretend nodes on this host, one of which is lost in the middle.</summary>
public sealed class SlurmTests
{
    [Fact]
    public async Task On_a_real_Slurm_that_loses_a_node_a_plan_ends_with_the_records_of_a_local_run()
    {
        var script = Script();
        Assert.SkipWhen(script is null, "The script .ci/slurm is not there: the tests run outside the repository.");
        Assert.SkipUnless(File.Exists("/usr/sbin/slurmctld") && File.Exists("/usr/sbin/slurmd") && File.Exists("/usr/sbin/munged"),
            "Slurm is not installed (Debian: apt-get install slurmctld slurmd slurm-client munge).");
        using var process = Process.Start(new ProcessStartInfo("bash", [script!, Path.Combine(AppContext.BaseDirectory, "lt2")]) { RedirectStandardOutput = true, RedirectStandardError = true })!;
        var error = process.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
        var output = await process.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
        await process.WaitForExitAsync(TestContext.Current.CancellationToken);
        Assert.SkipWhen(process.ExitCode == 77, output);
        Assert.True(process.ExitCode == 0, output + await error);
        Assert.Contains("the same as without Slurm", output, StringComparison.Ordinal);
    }

    private static string? Script()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            var path = Path.Combine(folder.FullName, ".ci", "slurm");
            if (File.Exists(path))
            {
                return path;
            }
        }

        return null;
    }
}
