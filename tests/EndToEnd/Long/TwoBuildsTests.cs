using System.Diagnostics;

namespace LT2.Eval.EndToEnd.Tests.Long;

/// <summary>The whole gate with two real builds, one of which sleeps in every forward pass.</summary>
public sealed class TwoBuildsTests
{
    private const string Plan = """
        name: two-builds
        testSetSeed: 1
        timings:
          - name: latency
            variants: [lt2-gdn@micro]
            loopCounts: [2]
            phases: [prefill]
            lengths: [64]
            processes: 2
            blocks: 3
            minimumBlockMilliseconds: 50
        """;

    [Fact]
    public void An_unchanged_build_passes_a_slower_one_blocks_and_a_missing_one_is_inconclusive()
    {
        LongTests.SkipUnlessWanted("about ten minutes, two builds among them");
        using var sources = new PublishedBuild();
        var accepted = sources.Publish("accepted");
        sources.Insert("baselines/Looping/LoopedModel.cs", "public Tensor Advance(Tensor ids, LoopState state", "System.Threading.Thread.Sleep(4);");
        var slower = sources.Publish("slower");
        using var plan = new TinyPlan(Plan);

        // The band of the canary is opened: this machine may be busy with other tests, and interleaving is what has to bear that.
        string[] gate = ["gate", "--out", plan.Folder, "--canary-band", "100"];
        Assert.Equal(0, Run(accepted, "run", plan.PlanPath, "--out", plan.Folder, "--device", "cpu", "--no-report").ExitCode);
        Assert.Equal(0, Run(accepted, "pin", "--reason", "the accepted build", "--keep-build", "--out", plan.Folder).ExitCode);

        Assert.Equal(0, Run(accepted, "run", plan.PlanPath, "--out", plan.Folder, "--device", "cpu", "--no-report", "--new").ExitCode);
        var unchanged = Run(accepted, gate);
        Assert.Equal(0, Run(slower, "run", plan.PlanPath, "--out", plan.Folder, "--device", "cpu", "--no-report").ExitCode);
        var regressed = Run(slower, [.. gate, "--baseline-build", accepted]);
        var byKeptBuild = Run(slower, gate);
        Directory.Delete(Path.Combine(plan.Folder, "results", "runs", "builds"), recursive: true);
        var missing = Run(slower, gate);

        TestContext.Current.TestOutputHelper?.WriteLine(string.Join('\n', unchanged.Output, regressed.Output, byKeptBuild.Output, missing.Output));
        Assert.True(unchanged.ExitCode == 0, unchanged.Output);
        Assert.True(regressed.ExitCode == 1, regressed.Output);
        Assert.True(byKeptBuild.ExitCode == 1, byKeptBuild.Output);
        Assert.True(missing.ExitCode == 4, missing.Output);
    }

    private static (int ExitCode, string Output) Run(string program, params string[] arguments)
    {
        using var process = Process.Start(new ProcessStartInfo(Path.Combine(program, "lt2"), arguments) { RedirectStandardOutput = true, RedirectStandardError = true })!;
        var error = process.StandardError.ReadToEndAsync();
        var output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return (process.ExitCode, output + error.GetAwaiter().GetResult());
    }
}
