using LT2.Eval.Results.Store;

namespace LT2.Eval.EndToEnd.Tests.Gating;

public sealed class PinnedRecordsTests
{
    private const string Plan = """
        name: night
        testSetSeed: 3
        experiments:
          - name: recall
            variants: [lt2-gdn@micro]
            trainedLoopCounts: [1]
            testedLoopCounts: [1, 2]
            train: { suite: mqar, parameters: { length: 16, pairs: 2, vocabulary: 16 }, validationSamples: 10 }
            tests:
              - { suite: mqar, parameters: { length: 16, pairs: 2, vocabulary: 16 }, samples: 50 }
            recipe: { steps: 4, batchSize: 4 }
        """;

    [Fact]
    public void Another_machine_draws_a_pinned_run_and_gates_against_it_from_the_repository_alone()
    {
        using var plan = new TinyPlan(Plan);
        Lt2.Run("run", plan.PlanPath, "--out", plan.Folder, "--device", "cpu", "--no-report");
        var (exit, _, error) = Lt2.Run("pin", "--reason", "first night", "--with-records", "--out", plan.Folder);
        Assert.True(exit == 0, error);
        Assert.Contains("with all samples", error, StringComparison.Ordinal);

        using var other = new TinyPlan(Plan);
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
        using var plan = new TinyPlan(Plan);
        Lt2.Run("run", plan.PlanPath, "--out", plan.Folder, "--device", "cpu", "--no-report");

        var (exit, _, error) = Lt2.Run("pin", "--reason", "first night", "--with-records", "--most-megabytes", "0.0001", "--out", plan.Folder);

        Assert.NotEqual(0, exit);
        Assert.Contains("does not fit 100 bytes", error, StringComparison.Ordinal);
        Assert.False(Directory.Exists(Path.Combine(plan.Folder, "results", "pinned")) && Directory.EnumerateFiles(Path.Combine(plan.Folder, "results", "pinned")).Any());
    }
}
