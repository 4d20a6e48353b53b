using System.ComponentModel;
using System.Diagnostics;
using LT2.Eval.Harness.Plans;

namespace LT2.Eval.Harness.Cluster.Submissions;

/// <summary>Slurm's own commands; nothing here stands between a user and them.</summary>
public static class Slurm
{
    /// <summary>Makes sure, before a run is begun, that jobs can be submitted here.</summary>
    /// <exception cref="PlanException">There is no <c>sbatch</c>.</exception>
    public static void Require()
    {
        if (!(Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries).Any(folder => File.Exists(Path.Combine(folder, "sbatch"))))
        {
            throw new PlanException("sbatch is in no folder of PATH; Slurm's client programs are needed on this host. Nothing was begun.");
        }
    }

    /// <summary>Submits a script and returns the job's id.</summary>
    /// <param name="script">The script.</param>
    /// <param name="after">The job that must have ended before, however it ended; null for none.</param>
    public static string Submit(string script, string? after)
        => Run("sbatch", ["--parsable", .. after is null ? Array.Empty<string>() : [$"--dependency=afterany:{after}"], script]).Trim().Split(';')[0];

    /// <summary>Puts a job that runs back into the queue.</summary>
    public static void Requeue(string job) => Run("scontrol", ["requeue", job]);

    /// <summary>State of every job and array task that Slurm still lists, as (job id, state): <c>PENDING</c>, <c>RUNNING</c> and so on. Null where Slurm cannot be asked.</summary>
    public static IReadOnlyList<(string Job, string State)>? States(IEnumerable<string> jobs)
    {
        try
        {
            // Without --jobs: squeue fails as a whole when it has forgotten one of them.
            var wanted = jobs.ToHashSet(StringComparer.Ordinal);
            return [.. Run("squeue", ["-h", "-r", "-o", "%F %T"]).Split('\n', StringSplitOptions.RemoveEmptyEntries)
                .Select(line => line.Split(' ', 2)).Where(parts => wanted.Contains(parts[0])).Select(parts => (parts[0], parts[1].Trim()))];
        }
        catch (PlanException)
        {
            return null;
        }
    }

    private static string Run(string command, IEnumerable<string> arguments)
    {
        var start = new ProcessStartInfo(command, arguments) { RedirectStandardOutput = true, RedirectStandardError = true };
        try
        {
            using var process = Process.Start(start)!;
            var errors = process.StandardError.ReadToEndAsync();
            var output = process.StandardOutput.ReadToEnd();
            process.WaitForExit();
            return process.ExitCode == 0 ? output : throw new PlanException($"{command} {string.Join(' ', start.ArgumentList)} failed: {errors.GetAwaiter().GetResult().Trim()}");
        }
        catch (Win32Exception error)
        {
            throw new PlanException($"{command} could not be started ({error.Message}); Slurm's client programs are needed on this host.");
        }
    }
}
