using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using LT2.Eval.Results.Records;
using LT2.Eval.Results.Store;

namespace LT2.Eval.EndToEnd.Tests;

/// <summary><c>lt2 submit</c> with stand-ins for Slurm's commands that note how they are called; the array's tasks are run by hand, as Slurm would.</summary>
public sealed class SubmissionTests : IDisposable
{
    private readonly TinyPlan plan = new("threads: 1\n" + TinyPlan.Recall);
    private readonly string commands = Directory.CreateTempSubdirectory("lt2-slurm-").FullName;

    public SubmissionTests()
    {
        Command("sbatch", "echo $$");
        Command("squeue", "true");
        Command("scontrol", "true");
    }

    private string Runs => Path.Combine(plan.Folder, "results", "runs");

    public void Dispose()
    {
        plan.Dispose();
        Directory.Delete(commands, recursive: true);
    }

    [Fact]
    public void A_dry_run_shows_every_script_and_leaves_nothing()
    {
        var (exit, output, error) = Lt2.Run(
            "submit", plan.PlanPath, "--out", plan.Folder, "--dry-run", "--gate", "--parallel", "7", "--time-limit", "90", "--sbatch=--partition=gpu --account=lab");
        Assert.True(exit == 0, error);
        Assert.Contains("1-train: 4 cells in 1 tasks", output, StringComparison.Ordinal);
        Assert.Contains("3-time: 3 cells in 1 tasks", output, StringComparison.Ordinal);
        foreach (var line in (string[])[
            "#SBATCH --array=0-0%7", "#SBATCH --requeue", "#SBATCH --open-mode=append", "#SBATCH --signal=B:USR1@120", "#SBATCH --time=90", "#SBATCH --gres=gpu:1",
            "#SBATCH --partition=gpu", "#SBATCH --account=lab", "#SBATCH --exclusive", "array-task", "--stage 2-score", "collect RUN --final", "gate RUN"])
        {
            Assert.Contains(line, output, StringComparison.Ordinal);
        }

        Assert.Single(output.Split("--exclusive"), part => part.Contains("3-time", StringComparison.Ordinal) && part.Contains("collect", StringComparison.Ordinal));
        Assert.Equal(["tiny.yaml"], Directory.EnumerateFileSystemEntries(plan.Folder).Select(Path.GetFileName));
    }

    [Fact]
    public void Tasks_leave_files_that_are_collected_into_the_records_of_a_local_run()
    {
        var folder = Submit();
        Assert.Equal(["--parsable 1-train.sh", "--parsable --dependency=afterany:ID 2-score.sh", "--parsable --dependency=afterany:ID 3-time.sh", "--parsable --dependency=afterany:ID collect.sh"],
            Calls("sbatch").Select(call => System.Text.RegularExpressions.Regex.Replace(call, "afterany:[0-9]+|/[^ ]*/", found => found.Value[0] == '/' ? "" : "afterany:ID")));
        var (exit, _, error) = Lt2.Run("run", plan.PlanPath, "--out", plan.Folder, "--device", "cpu");
        Assert.Equal(2, exit);
        Assert.Contains("is with Slurm", error, StringComparison.Ordinal);

        Assert.Equal(3, Lt2.Run("array-task", folder, "--stage", "2-score", "--task", "0").ExitCode); // its parents have no result yet
        foreach (var stage in Directory.EnumerateFiles(folder, "*.sh").Select(Path.GetFileNameWithoutExtension).Where(name => name != "collect").Order())
        {
            Assert.Equal(0, Lt2.Run("array-task", folder, "--stage", stage!, "--task", "0").ExitCode);
        }

        var status = JsonDocument.Parse(Run("status", "--out", plan.Folder, "--json").Output).RootElement;
        Assert.Equal([4, 4, 3, 0], status.GetProperty("stages").EnumerateArray().Select(stage => stage.GetProperty("finishedCount").GetInt32()));
        Assert.StartsWith("stopped", status.GetProperty("state").GetString(), StringComparison.Ordinal);
        Assert.Equal(0, Lt2.Run("array-task", folder, "--stage", "1-train", "--task", "0").ExitCode); // again: everything is there
        Assert.Equal(0, Lt2.Run("collect", "--out", plan.Folder, "--final").ExitCode);
        Assert.Empty(Directory.EnumerateFileSystemEntries(Path.Combine(Runs, "attempts")));
        using var local = new TinyPlan("threads: 1\n" + TinyPlan.Recall);
        Assert.Equal(0, Lt2.Run("run", local.PlanPath, "--out", local.Folder, "--device", "cpu", "--workers", "1", "--no-report").ExitCode);
        Assert.Equal(StoredRecords.ButTimes(local.StorePath), StoredRecords.ButTimes(plan.StorePath));
        Assert.Contains("collected", Run("status", "--out", plan.Folder).Output, StringComparison.Ordinal);
    }

    [Fact]
    public void A_cell_that_ended_two_tasks_is_failed_and_what_hangs_on_it_skipped()
    {
        var folder = Submit();
        var run = Path.GetFileName(folder);
        var victim = JsonDocument.Parse(File.ReadAllText(Path.Combine(folder, "submission.json"))).RootElement
            .GetProperty("stages")[0].GetProperty("tasks")[0].GetProperty("cells")[0].GetString()!;
        Directory.CreateDirectory(Path.Combine(Runs, "attempts", run));
        foreach (var attempt in (string[])["7-0", "7-1"])
        {
            File.WriteAllText(Path.Combine(Runs, "attempts", run, $"{victim}.{attempt}.started"), $"{attempt} on n1, process 1");
        }

        Assert.Equal(0, Lt2.Run("array-task", folder, "--stage", "1-train", "--task", "0").ExitCode);
        Assert.Equal(0, Lt2.Run("array-task", folder, "--stage", "2-score", "--task", "0").ExitCode);
        Assert.Equal(3, Lt2.Run("collect", "--out", plan.Folder, "--final").ExitCode); // time cells have no result
        using var store = ResultStore.Open(plan.StorePath, StoreAccess.ReadOnly);
        var cells = store.Cells(run);
        var failed = Assert.Single(cells, cell => cell.Outcome == CellOutcome.Failed);
        Assert.Equal(victim, failed.CellId);
        Assert.Contains("7-0 on n1, process 1; 7-1 on n1", failed.Reason, StringComparison.Ordinal);
        Assert.Single(cells, cell => cell.Outcome == CellOutcome.Skipped);
        Assert.Equal(RunStatus.Interrupted, store.Run(run).Status);
    }

    [Fact]
    public void Near_its_time_limit_a_task_saves_its_state_and_is_queued_again()
    {
        File.WriteAllText(plan.PlanPath, File.ReadAllText(plan.PlanPath).Replace("steps: 12", "steps: 3000", StringComparison.Ordinal));
        var folder = Submit();
        using var task = Start(new() { ["SLURM_JOB_ID"] = "4711", ["SLURM_ARRAY_TASK_ID"] = "0" }, "array-task", folder, "--stage", "1-train");
        var state = WaitForLease(folder, task);
        Thread.Sleep(300); // into the steps
        using (var kill = Process.Start("kill", ["-USR1", task.Id.ToString(CultureInfo.InvariantCulture)]))
        {
            kill.WaitForExit();
        }

        task.WaitForExit();
        Assert.Equal(3, task.ExitCode);
        Assert.Equal(["requeue 4711"], Calls("scontrol"));
        Assert.True(Directory.Exists(Path.Combine(Runs, "checkpoints", state + ".partial")), "no training state was kept");
        Assert.Empty(Directory.EnumerateFiles(Path.Combine(Runs, "attempts", Path.GetFileName(folder)), "*.started")); // an orderly end is not a lost attempt
        Assert.Empty(Directory.EnumerateFiles(Path.Combine(Runs, "attempts", Path.GetFileName(folder)), "*.lease"));
    }

    [Fact]
    public void Without_Slurm_the_message_says_so_and_the_run_stays_free()
    {
        File.Delete(Path.Combine(commands, "sbatch"));
        Command("sbatch", "echo 'Unable to contact slurm controller' >&2; exit 1");
        var (exit, _, error) = Run("submit", plan.PlanPath, "--out", plan.Folder, "--device", "cpu");
        Assert.Equal(2, exit);
        Assert.Contains("Unable to contact slurm controller", error, StringComparison.Ordinal);
        Assert.Equal(0, Lt2.Run("run", plan.PlanPath, "--out", plan.Folder, "--device", "cpu", "--no-report").ExitCode);
    }

    private static string WaitForLease(string submission, Process task)
    {
        var folder = Path.Combine(submission, "..", "..", "attempts", Path.GetFileName(submission));
        while (!task.HasExited)
        {
            if (Directory.Exists(folder) && Directory.EnumerateFiles(folder, "*.started").FirstOrDefault() is { } path)
            {
                return Path.GetFileName(path).Split('.')[0];
            }

            Thread.Sleep(10);
        }

        throw new Xunit.Sdk.XunitException($"The task ended with exit code {task.ExitCode} before it began a cell.");
    }

    private string Submit()
    {
        var (exit, output, error) = Run("submit", plan.PlanPath, "--out", plan.Folder, "--device", "cpu", "--json");
        Assert.True(exit == 0, error);
        return JsonDocument.Parse(output).RootElement.GetProperty("folder").GetString()!;
    }

    private void Command(string name, string body)
    {
        var path = Path.Combine(commands, name);
        File.WriteAllText(path, $"#!/bin/bash\necho \"$*\" >> {path}.calls\n{body}\n");
        using var mode = Process.Start("chmod", ["+x", path]);
        mode.WaitForExit();
    }

    private string[] Calls(string name) => File.Exists(Path.Combine(commands, name + ".calls")) ? File.ReadAllLines(Path.Combine(commands, name + ".calls")) : [];

    /// <summary>As a process, which finds the stand-ins on its path.</summary>
    private (int ExitCode, string Output, string Error) Run(params string[] arguments)
    {
        using var process = Start([], arguments);
        var error = process.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
        var output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return (process.ExitCode, output, error.GetAwaiter().GetResult());
    }

    private Process Start(Dictionary<string, string> variables, params string[] arguments)
    {
        var start = new ProcessStartInfo(Path.Combine(AppContext.BaseDirectory, "lt2"), arguments) { RedirectStandardOutput = true, RedirectStandardError = true };
        start.Environment["PATH"] = $"{commands}:{start.Environment["PATH"]}";
        foreach (var (name, value) in variables)
        {
            start.Environment[name] = value;
        }

        return Process.Start(start)!;
    }
}
