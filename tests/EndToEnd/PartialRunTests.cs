using LT2.Eval.Results.Records;
using LT2.Eval.Results.Store;

namespace LT2.Eval.EndToEnd.Tests;

public sealed class PartialRunTests
{
    [Fact]
    public void Parts_are_carried_out_alone_and_the_same_run_goes_on_with_the_others()
    {
        using var plan = new TinyPlan();
        var (exit, _, error) = Lt2.Run("run", plan.PlanPath, "--only", "latency", "--out", plan.Folder, "--device", "cpu", "--no-report");

        Assert.True(exit == 0, error);
        Assert.Contains("8 cells of other parts are left", error, StringComparison.Ordinal);
        using (var store = ResultStore.Open(plan.StorePath, StoreAccess.ReadOnly))
        {
            var run = Assert.Single(store.Runs());
            Assert.Equal(RunStatus.Interrupted, run.Status);
            Assert.All(store.Cells(run.RunId), cell => Assert.Equal(CellKind.Time, cell.Kind));
        }

        (exit, _, error) = Lt2.Run("run", plan.PlanPath, "--out", plan.Folder, "--device", "cpu", "--no-report");

        Assert.True(exit == 0, error);
        Assert.DoesNotContain("are left", error, StringComparison.Ordinal);
        using var whole = ResultStore.Open(plan.StorePath, StoreAccess.ReadOnly);
        Assert.Equal(RunStatus.Completed, Assert.Single(whole.Runs()).Status);
        Assert.Equal(11, whole.Cells(whole.Runs()[0].RunId).Count);
    }

    [Fact]
    public void Parts_of_one_run_made_apart_are_merged_and_marked_complete_where_nothing_of_them_was_made()
    {
        static string Timing(string name, string variants, int length) => $$"""

              - name: {{name}}
                variants: [{{variants}}]
                loopCounts: [2]
                lengths: [{{length}}]
                blocks: 2
                minimumBlockMilliseconds: 1
            """;
        using var plan = new TinyPlan("name: tiny\ntestSetSeed: 11\ntimings:"
            + Timing("short", "lt2-gdn@micro, looped-full@micro", 16) + Timing("longer", "lt2-gdn@micro", 32) + Timing("longest", "lt2-gdn@micro", 64));
        var (here, there, whole) = (Path.Combine(plan.Folder, "here"), Path.Combine(plan.Folder, "there"), Path.Combine(plan.Folder, "whole"));
        Part("short", here);
        foreach (var file in Directory.EnumerateFiles(here, "*", SearchOption.AllDirectories))
        {
            var copy = Path.Combine(there, Path.GetRelativePath(here, file));
            Directory.CreateDirectory(Path.GetDirectoryName(copy)!);
            File.Copy(file, copy);
        }

        Part("longest", here);
        Part("longer", there);
        void Part(string name, string folder) => Assert.Equal(0, Lt2.Run("run", plan.PlanPath, "--only", name, "--out", folder, "--device", "cpu", "--no-report").ExitCode);

        // One part comes as its store, the other as a file made to travel.
        var (packed, _, contents) = Lt2.Run("export", "--format", "archive", "--to", there, "--out", there);
        Assert.True(packed == 0, contents);
        Assert.Contains("with all samples", contents, StringComparison.Ordinal);
        Assert.Equal(0, Lt2.Run("merge", Stores(here), Path.Combine(there, "tiny" + RunArchive.Extension), "--out", whole).ExitCode);
        var (exit, output, error) = Lt2.Run("run", plan.PlanPath, "--out", whole, "--device", "cpu", "--workers", "3", "--no-report");

        Assert.True(exit == 0, error);
        Assert.Contains(" 0 carried out now", output + error, StringComparison.Ordinal);
        using var store = ResultStore.Open(Stores(whole), StoreAccess.ReadOnly);
        var run = Assert.Single(store.Runs());
        Assert.Equal(RunStatus.Completed, run.Status);
        Assert.Equal(store.Cells(run.RunId).Max(cell => cell.EndedUtc), run.FinishedUtc);
        Assert.NotEqual("3", store.Environment(run.RunId).Single(entry => entry.Name == "settings.workers").Value);
        Assert.DoesNotContain(store.Events(run.RunId), record => record.Message.Contains("to '3'", StringComparison.Ordinal));
    }

    /// <summary>Claims stand on the whole plan, and data sets of parts that are not wanted are not fetched.</summary>
    [Fact]
    public void A_part_of_the_nightly_plan_needs_neither_the_claims_of_others_nor_their_data()
    {
        using var plan = new TinyPlan();
        var (exit, output, error) = Lt2.Run("run", "nightly", "--only", "parity", "--dry-run", "--out", plan.Folder, "--data", plan.Folder);

        Assert.True(exit == 0, error);
        Assert.Contains("cells: ", output, StringComparison.Ordinal);
        Assert.DoesNotContain("Data sets to fetch", output, StringComparison.Ordinal);
    }

    [Fact]
    public void A_part_that_the_plan_has_not_is_named_with_the_nearest_one()
    {
        using var plan = new TinyPlan();
        var (exit, _, error) = Lt2.Run("run", plan.PlanPath, "--only", "recal,speed", "--out", plan.Folder, "--device", "cpu");

        Assert.Equal(2, exit);
        Assert.Contains("there is no part 'recal'. Did you mean 'recall'?", error, StringComparison.Ordinal);
        Assert.Contains("there is no part 'speed'. Known: recall, latency.", error, StringComparison.Ordinal);
        Assert.False(File.Exists(plan.StorePath));
    }

    private static string Stores(string root) => Path.Combine(root, "results", "runs", ResultStore.FileName);
}
