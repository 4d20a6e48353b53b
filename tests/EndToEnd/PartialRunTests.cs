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
}
