using LT2.Eval.Results.Records;
using LT2.Eval.Results.Store;

namespace LT2.Eval.EndToEnd.Tests;

public sealed class KillTests
{
    [Fact]
    public void After_SIGKILL_in_the_middle_only_the_running_cells_are_repeated_and_the_records_are_those_of_an_undisturbed_run()
    {
        using var killed = new TinyPlan();
        using (var process = Lt2.Start("run", killed.PlanPath, "--out", killed.Folder, "--device", "cpu", "--workers", "1", "--no-report"))
        {
            WaitForCells(killed.StorePath, 3, process);
            process.Kill(entireProcessTree: true);
            process.WaitForExit();
        }

        var before = FinishedCells(killed.StorePath);
        Assert.InRange(before.Count, 1, 8);
        using (var again = Lt2.Start("run", killed.PlanPath, "--out", killed.Folder, "--device", "cpu", "--workers", "1", "--no-report"))
        {
            again.WaitForExit();
            Assert.Equal(0, again.ExitCode);
        }

        var after = FinishedCells(killed.StorePath);
        Assert.Equal(11, after.Count);
        Assert.All(before, cell => Assert.Contains(cell, after)); // same start, same duration: not carried out again
        using var undisturbed = new TinyPlan();
        using (var process = Lt2.Start("run", undisturbed.PlanPath, "--out", undisturbed.Folder, "--device", "cpu", "--workers", "1", "--no-report"))
        {
            process.WaitForExit();
            Assert.Equal(0, process.ExitCode);
        }

        Assert.Equal(StoredRecords.ButTimes(undisturbed.StorePath), StoredRecords.ButTimes(killed.StorePath));
    }

    private static List<(string Id, DateTimeOffset Started, double Seconds)> FinishedCells(string storePath)
    {
        using var store = ResultStore.Open(storePath, StoreAccess.ReadOnly);
        var run = Assert.Single(store.Runs());
        return [.. store.Cells(run.RunId).Where(cell => cell.Outcome == CellOutcome.Finished).Select(cell => (cell.CellId, cell.StartedUtc, cell.DurationSeconds))];
    }

    private static void WaitForCells(string storePath, int count, System.Diagnostics.Process process)
    {
        while (!process.HasExited)
        {
            if (File.Exists(storePath) && CountOrZero(storePath) >= count)
            {
                return;
            }

            Thread.Sleep(50);
        }

        Assert.Fail($"The run ended before it could be killed (exit code {process.ExitCode}).");
    }

    private static int CountOrZero(string storePath)
    {
        try
        {
            return FinishedCells(storePath).Count;
        }
        catch (ResultsException)
        {
            return 0; // the store is being created
        }
        catch (Xunit.Sdk.XunitException)
        {
            return 0; // the run is not written yet
        }
    }
}
