using System.Diagnostics;
using LT2.Eval.Results.Records;
using LT2.Eval.Results.Store;

namespace LT2.Eval.EndToEnd.Tests;

/// <summary>Cells in worker processes of their own: killed workers, a cell that kills its workers, the same records as without.</summary>
public sealed class WorkerTests
{
    /// <summary>Without timings, since time cells run in the starting program; steps enough to be caught in the middle.</summary>
    private static readonly string Plan = TinyPlan.Recall[..TinyPlan.Recall.IndexOf("timings:", StringComparison.Ordinal)].Replace("steps: 12", "steps: 40", StringComparison.Ordinal);

    private const string OneModel = """
        name: one
        testSetSeed: 11
        experiments:
          - name: recall
            variants: [looped-full@micro]
            trainedLoopCounts: [1]
            testedLoopCounts: [1]
            train: { suite: mqar, parameters: { length: 16, pairs: 2, vocabulary: 16 }, validationSamples: 20 }
            tests:
              - { suite: mqar, parameters: { length: 16, pairs: 2, vocabulary: 16 }, samples: 30 }
            recipe: { steps: 100000, batchSize: 8 }
        """;

    [Fact]
    public void A_killed_worker_gives_its_cell_back_and_the_records_are_those_of_a_run_in_one_process()
    {
        using var plan = new TinyPlan(Plan);
        using var run = Run(plan, 2);
        Kill(plan, run, 1);
        run.WaitForExit();
        Assert.Equal(0, run.ExitCode);
        using (var store = ResultStore.Open(plan.StorePath, StoreAccess.ReadOnly))
        {
            Assert.Single(store.Events(Assert.Single(store.Runs()).RunId), record => record.Message.Contains("killed by signal 9", StringComparison.Ordinal));
        }

        Assert.False(Directory.Exists(Path.Combine(plan.Folder, "results", "runs", "attempts")) && Directory.EnumerateFileSystemEntries(Path.Combine(plan.Folder, "results", "runs", "attempts")).Any());
        using var undisturbed = new TinyPlan(Plan);
        Assert.Equal(0, Lt2.Run("run", undisturbed.PlanPath, "--out", undisturbed.Folder, "--device", "cpu", "--no-report").ExitCode);
        Assert.Equal(StoredRecords.ButTimes(undisturbed.StorePath), StoredRecords.ButTimes(plan.StorePath));
    }

    [Fact]
    public void A_cell_that_ends_two_workers_is_recorded_as_failed_with_both_ends()
    {
        using var plan = new TinyPlan(OneModel);
        using var run = Run(plan, 1);
        Kill(plan, run, 2);
        run.WaitForExit();
        Assert.Equal(3, run.ExitCode);
        using var store = ResultStore.Open(plan.StorePath, StoreAccess.ReadOnly);
        var cells = store.Cells(Assert.Single(store.Runs()).RunId);
        Assert.Equal([CellOutcome.Failed, CellOutcome.Skipped], cells.Select(cell => cell.Outcome));
        Assert.Contains("ended 2 worker processes", cells[0].Reason, StringComparison.Ordinal);
        Assert.Equal(2, cells[0].Reason!.Split("killed by signal 9").Length - 1);
    }

    [Fact]
    public void SIGTERM_stops_the_workers_after_their_batch_and_the_same_command_continues()
    {
        using var plan = new TinyPlan(OneModel.Replace("steps: 100000", "steps: 600", StringComparison.Ordinal));
        using (var run = Run(plan, 1))
        {
            WaitForLease(plan, run, "");
            using var kill = Process.Start("kill", ["-TERM", run.Id.ToString(System.Globalization.CultureInfo.InvariantCulture)]);
            run.WaitForExit();
            Assert.Equal(3, run.ExitCode);
        }

        using (var store = ResultStore.Open(plan.StorePath, StoreAccess.ReadOnly))
        {
            Assert.Equal(RunStatus.Interrupted, Assert.Single(store.Runs()).Status);
        }

        using var again = Run(plan, 1);
        again.WaitForExit();
        Assert.Equal(0, again.ExitCode);
        using var finished = ResultStore.Open(plan.StorePath, StoreAccess.ReadOnly);
        Assert.Equal(RunStatus.Completed, Assert.Single(finished.Runs()).Status);
        Assert.All(finished.Cells(finished.Runs()[0].RunId), cell => Assert.Equal(CellOutcome.Finished, cell.Outcome));
    }

    [Theory]
    [InlineData("--devices", "gpu7", "'gpu7' is no device")]
    [InlineData("--devices", ",", "names no device")]
    [InlineData("--devices", "999", "The worker for cuda:999 could not begin", "CUDA is")]
    public void A_device_that_is_not_there_is_named(string option, string value, params string[] expected)
    {
        using var plan = new TinyPlan(OneModel);
        var (exit, _, error) = Lt2.Run("run", plan.PlanPath, "--out", plan.Folder, option, value, "--no-report");
        Assert.Equal(2, exit);
        Assert.Contains(expected, text => error.Contains(text, StringComparison.Ordinal));
    }

    private static Process Run(TinyPlan plan, int workers) => Lt2.Start(
        "run", plan.PlanPath, "--out", plan.Folder, "--devices", "cpu", "--workers", workers.ToString(System.Globalization.CultureInfo.InvariantCulture), "--no-report");

    /// <summary>Kills so many workers, each in the middle of a cell: a lease names the process that works on it.</summary>
    private static void Kill(TinyPlan plan, Process run, int count)
    {
        var last = "";
        for (var killed = 0; killed < count; killed++)
        {
            last = WaitForLease(plan, run, last);
            using var kill = Process.Start("kill", ["-KILL", last]);
            kill.WaitForExit();
        }
    }

    /// <summary>The process of a lease that is not that of <paramref name="former"/>.</summary>
    private static string WaitForLease(TinyPlan plan, Process run, string former)
    {
        var folder = Path.Combine(plan.Folder, "results", "runs", "attempts");
        while (!run.HasExited)
        {
            try
            {
                foreach (var path in Directory.Exists(folder) ? Directory.EnumerateFiles(folder, "*.lease", SearchOption.AllDirectories) : [])
                {
                    if (File.ReadAllLines(path) is [_, _, var process, ..] && process != former)
                    {
                        return process;
                    }
                }
            }
            catch (IOException)
            {
                // Renamed or removed meanwhile.
            }

            Thread.Sleep(10);
        }

        throw new Xunit.Sdk.XunitException($"The run ended with exit code {run.ExitCode} before a worker could be killed.");
    }
}
