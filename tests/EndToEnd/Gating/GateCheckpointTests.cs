using System.Text.Json;
using LT2.Eval.Results.Store;

namespace LT2.Eval.EndToEnd.Tests.Gating;

/// <summary>Two real checkpoints, one trained far less, as the sides of the gate.</summary>
public sealed class GateCheckpointTests(GateCheckpointTests.Pair pair) : IClassFixture<GateCheckpointTests.Pair>
{
    [Fact]
    public void A_checkpoint_that_learned_less_is_a_regression_and_its_answers_lie_in_the_store()
    {
        var (exit, output, error) = pair.Gate("--baseline-checkpoint", pair.Good, "--checkpoint", pair.Poor, "--plan", pair.Plan, "--only", "recall");

        Assert.True(exit == 1, output + error);
        Assert.StartsWith("REGRESSED", output, StringComparison.Ordinal);
        Assert.Contains($"baseline checkpoint '{pair.Good}'", output, StringComparison.Ordinal);
        using var store = ResultStore.Open(pair.Store, StoreAccess.ReadOnly);
        Assert.Equal(["tiny-checkpoint", "tiny-checkpoint"], store.Runs().Take(2).Select(run => run.PlanName));
        Assert.All(store.Runs().Take(2), run => Assert.Equal(1000, store.Samples(run.RunId, store.Cells(run.RunId)[0].CellId).Count(sample => sample is { Metric: "acc", TestedLoopCount: 2, Slice: null })));
    }

    [Fact]
    public void A_checkpoint_beside_itself_passes()
    {
        var (exit, output, error) = pair.Gate("--baseline-checkpoint", pair.Good, "--checkpoint", pair.Good, "--plan", pair.Plan, "--only", "recall");

        Assert.True(exit == 0, output + error);
        Assert.StartsWith("PASS", output, StringComparison.Ordinal);
    }

    /// <summary>Which verdict the times get hangs on this machine's load; that both were really measured does not.</summary>
    [Fact]
    public void Times_and_memory_of_both_are_measured_by_real_processes()
    {
        var (exit, output, error) = pair.Gate("--baseline-checkpoint", pair.Good, "--checkpoint", pair.Good, "--plan", pair.Plan, "--pairs", "2", "--json");

        Assert.True(exit is 0 or 1 or 4, output + error);
        var findings = JsonDocument.Parse(output).RootElement.GetProperty("findings").EnumerateArray().Select(item => (Family: item.GetProperty("family").GetString(), Message: item.GetProperty("message").GetString()!)).ToList();
        Assert.Contains(findings, finding => finding.Family == "latency" && finding.Message.Contains("over 2 interleaved pairs", StringComparison.Ordinal));
        Assert.Contains(findings, finding => finding.Family == "memory" && finding.Message.StartsWith("Memory ", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("name all three", "--baseline-checkpoint", "GOOD", "--plan", "PLAN")]
    [InlineData("not both", "some-run")]
    [InlineData("not both", "some-run", "--baseline-checkpoint", "GOOD", "--checkpoint", "GOOD", "--plan", "PLAN")]
    [InlineData("measured by this program alone", "--baseline-checkpoint", "GOOD", "--checkpoint", "GOOD", "--plan", "PLAN", "--baseline-build", "BUILD")]
    [InlineData("--canary-band is for runs", "--baseline-checkpoint", "GOOD", "--checkpoint", "GOOD", "--plan", "PLAN", "--canary-band", "0.05")]
    [InlineData("--tainted-share is for runs", "--baseline-checkpoint", "GOOD", "--checkpoint", "GOOD", "--plan", "PLAN", "--tainted-share", "0.1")]
    [InlineData("by the tests of an experiment", "--baseline-checkpoint", "GOOD", "--checkpoint", "GOOD", "--plan", "PLAN", "--only", "latency")]
    [InlineData("there is no part 'recal'", "--baseline-checkpoint", "GOOD", "--checkpoint", "GOOD", "--plan", "PLAN", "--only", "recal")]
    [InlineData("no such checkpoint folder", "--baseline-checkpoint", "GOOD", "--checkpoint", "nowhere", "--plan", "PLAN")]
    [InlineData("uses 64 ids, but the checkpoint", "--baseline-checkpoint", "GOOD", "--checkpoint", "POOR", "--plan", "quick", "--only", "recall")]
    public void What_does_not_fit_is_said_before_anything_is_scored(string expected, params string[] options)
    {
        var before = pair.RunCount();

        var (exit, _, error) = pair.Gate([.. options.Select(option => option switch { "GOOD" => pair.Good, "POOR" => pair.Poor, "PLAN" => pair.Plan, "BUILD" => AppContext.BaseDirectory, _ => option })]);

        Assert.True(exit == 2, error);
        Assert.Contains(expected, error, StringComparison.Ordinal);
        Assert.Equal(before, pair.RunCount());
    }

    public sealed class Pair : IDisposable
    {
        private readonly TinyPlan plan = new(TinyPlan.Recall.Replace("samples: 30", "samples: 1000", StringComparison.Ordinal));

        public Pair()
        {
            Train(Good, 200);
            Train(Poor, 5);
        }

        public string Good => Path.Combine(plan.Folder, "good");

        public string Poor => Path.Combine(plan.Folder, "poor");

        public string Plan => plan.PlanPath;

        public string Store => plan.StorePath;

        public (int ExitCode, string Output, string Error) Gate(params string[] options) => Lt2.Run(["gate", "--out", plan.Folder, "--device", "cpu", .. options]);

        public int RunCount()
        {
            if (!File.Exists(Store))
            {
                return 0;
            }

            using var store = ResultStore.Open(Store, StoreAccess.ReadOnly);
            return store.Runs().Count;
        }

        public void Dispose() => plan.Dispose();

        private static void Train(string folder, int steps)
        {
            var (exit, _, error) = Lt2.Run(
                "train", "lt2-gdn@micro", "--loops", "2", "--suite", "mqar", "--set", "length=16", "pairs=2", "vocabulary=16", "--steps", $"{steps}", "--batch", "32", "--seed", "1",
                "--device", "cpu", "--checkpoint", folder);
            Assert.True(exit == 0, error);
        }
    }
}
