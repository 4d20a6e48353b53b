using System.Globalization;
using LT2.Eval.Results.Gating;
using LT2.Eval.Results.Store;

namespace LT2.Eval.EndToEnd.Tests.Gating;

/// <summary>
/// The gate's times with a baseline program that answers from a script, an open canary band and tainted blocks let through, so that the outcome does not hang on this machine's load;
/// <see cref="Long.TwoBuildsTests"/> does the same with two real builds.
/// </summary>
[System.Runtime.Versioning.UnsupportedOSPlatform("windows")]
public sealed class GateTimeTests(GateTimeTests.TimedRun timed) : IClassFixture<GateTimeTests.TimedRun>
{
    [Fact]
    public void Without_a_baseline_build_a_short_history_is_inconclusive()
    {
        var (exit, output, _) = timed.Gate();

        Assert.True(exit == 4, output);
        Assert.Contains("name one with --baseline-build", output, StringComparison.Ordinal);
    }

    [Fact]
    public void A_build_slower_than_the_baseline_build_is_a_regression()
    {
        var (exit, output, error) = timed.Gate("--baseline-build", timed.Program(1e-30), "--pairs", "3");

        Assert.True(exit == 1, output + error);
        Assert.Contains("over 3 interleaved pairs", output, StringComparison.Ordinal);
    }

    [Fact]
    public void A_build_that_is_not_slower_is_cleared_and_passes()
    {
        var (exit, output, error) = timed.Gate("--baseline-build", timed.Program(1e5), "--pairs", "3");

        Assert.True(exit == 0, output + error);
        Assert.Contains("cleared", output, StringComparison.Ordinal);
    }

    [Fact]
    public void A_baseline_build_that_fails_is_inconclusive_and_its_words_are_shown()
    {
        var (exit, output, error) = timed.Gate("--baseline-build", timed.Program(null), "--pairs", "3");

        Assert.True(exit == 4, output);
        Assert.Contains("the baseline broke", error, StringComparison.Ordinal);
    }

    [Fact]
    public void What_was_measured_side_by_side_is_kept_and_says_the_same_without_a_build()
    {
        var kept = timed.File("kept.jsonl");

        // Both sides are this program, so only the noise of this machine decides: whatever it says is said again.
        var measured = timed.Gate("--baseline-build", AppContext.BaseDirectory, "--pairs", "2", "--confirmations", kept);
        var again = timed.Gate("--pairs", "2", "--confirmations", kept);

        Assert.True(measured.ExitCode == again.ExitCode, measured.Output + again.Output + measured.Error + again.Error);
        Assert.Contains("over 2 interleaved pairs, ", measured.Output, StringComparison.Ordinal);
        Assert.Contains("over 2 interleaved pairs kept from ", again.Output, StringComparison.Ordinal);
        Assert.Equal(2, System.IO.File.ReadAllLines(kept).Length);
    }

    [Fact]
    public void Measuring_again_needs_a_build()
    {
        var (exit, _, error) = timed.Gate("--measure-again");

        Assert.Equal(2, exit);
        Assert.Contains("--baseline-build", error, StringComparison.Ordinal);
    }

    public sealed class TimedRun : IDisposable
    {
        private readonly TinyPlan plan = new("""
            name: timed
            testSetSeed: 1
            threads: 1
            timings:
              - name: latency
                variants: [lt2-gdn@micro]
                loopCounts: [1]
                phases: [prefill]
                lengths: [16]
                processes: 1
                blocks: 2
                minimumBlockMilliseconds: 1
            """);

        private readonly string hostClass;

        public TimedRun()
        {
            var (exit, _, error) = Lt2.Run("run", plan.PlanPath, "--out", plan.Folder, "--device", "cpu", "--no-report");
            Assert.True(exit == 0, error);
            Assert.Equal(0, Lt2.Run("pin", "--reason", "first", "--out", plan.Folder).ExitCode);
            using var store = ResultStore.Open(plan.StorePath, StoreAccess.ReadOnly);
            hostClass = store.Metrics(store.Runs()[0].RunId).First(metric => !CanarySeries.Is(metric.Key)).Key.HostClass!;
        }

        public (int ExitCode, string Output, string Error) Gate(params string[] options) => Lt2.Run(["gate", "--out", plan.Folder, "--canary-band", "1000", "--tainted-share", "1", .. options]);

        public string File(string name) => Path.Combine(plan.Folder, name);

        /// <summary>A folder with a program that reports a time; null for one that fails.</summary>
        public string Program(double? milliseconds)
        {
            var folder = Directory.CreateDirectory(Path.Combine(plan.Folder, $"program-{milliseconds}")).FullName;
            var path = Path.Combine(folder, "lt2");
            var time = milliseconds?.ToString("R", CultureInfo.InvariantCulture);
            System.IO.File.WriteAllText(path, time is null
                ? "#!/bin/sh\necho 'the baseline broke' >&2\nexit 3\n"
                : $$"""
                  #!/bin/sh
                  echo '{"hostClass":"{{hostClass}}","kernelSelection":"readable","measurements":[{"phase":"prefill","sequenceLength":16,"outcome":"finished","reason":null,"iterations":1,"blockMilliseconds":[{{time}}],"peakMemoryBytes":1000000000000}]}'

                  """);
            System.IO.File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserExecute);
            return folder;
        }

        public void Dispose() => plan.Dispose();
    }
}
