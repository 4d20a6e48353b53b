using LT2.Eval.Results.Store;

namespace LT2.Eval.EndToEnd.Tests.Gating;

public sealed class PinnedRecordsTests
{
    [Fact]
    public void Another_machine_draws_a_pinned_run_and_gates_against_it_from_the_repository_alone()
    {
        using var plan = new TinyPlan(NightPlan.Text);
        Lt2.Run("run", plan.PlanPath, "--out", plan.Folder, "--device", "cpu", "--no-report");
        var (exit, _, error) = Lt2.Run("pin", "--reason", "first night", "--with-records", "--out", plan.Folder);
        Assert.True(exit == 0, error);
        Assert.Contains("with all samples", error, StringComparison.Ordinal);

        using var other = new TinyPlan(NightPlan.Text);
        var pins = Directory.CreateDirectory(Path.Combine(other.Folder, "results", "pinned")).FullName;
        foreach (var file in Directory.GetFiles(Path.Combine(plan.Folder, "results", "pinned")))
            File.Copy(file, Path.Combine(pins, Path.GetFileName(file)));
        var archive = Path.Combine(pins, "night" + RunArchive.Extension);

        var report = Lt2.Run("report", "--records", archive, "--out", other.Folder);
        Assert.True(report.ExitCode == 0, report.Error);
        Assert.Contains("lt2-gdn@micro", File.ReadAllText(Path.Combine(other.Folder, "reports", "site", "index.html")), StringComparison.Ordinal);
        Assert.False(File.Exists(other.StorePath));

        Assert.Equal(0, Lt2.Run("merge", archive, "--out", other.Folder).ExitCode);
        Lt2.Run("run", other.PlanPath, "--out", other.Folder, "--device", "cpu", "--no-report", "--new");
        var gate = Lt2.Run("gate", "--out", other.Folder);
        Assert.True(gate.ExitCode == 0, gate.Output + gate.Error);
    }

    [Fact]
    public void Records_that_do_not_fit_leave_no_pin()
    {
        using var plan = new TinyPlan(NightPlan.Text);
        Lt2.Run("run", plan.PlanPath, "--out", plan.Folder, "--device", "cpu", "--no-report");

        var (exit, _, error) = Lt2.Run("pin", "--reason", "first night", "--with-records", "--most-megabytes", "0.0001", "--out", plan.Folder);

        Assert.NotEqual(0, exit);
        Assert.Contains("does not fit 100 bytes", error, StringComparison.Ordinal);
        Assert.False(Directory.Exists(Path.Combine(plan.Folder, "results", "pinned")) && Directory.EnumerateFiles(Path.Combine(plan.Folder, "results", "pinned")).Any());
    }
}
