using System.Globalization;
using LT2.Eval.Results.Records;
using LT2.Eval.Results.Store;

namespace LT2.Eval.EndToEnd.Tests.Long;

public sealed class ManyKillsTests
{
    private const string Plan = """
        name: killed
        testSetSeed: 11
        seeds: [1, 2]
        experiments:
          - name: recall
            variants: [lt2-gdn@micro]
            trainedLoopCounts: [1, 2]
            testedLoopCounts: [1, 2]
            train:
              suite: mqar
              parameters: { length: 16, pairs: 2, vocabulary: 16 }
              validationSamples: 20
            tests:
              - { suite: mqar, parameters: { length: 16, pairs: 2, vocabulary: 16 }, samples: 30 }
            recipe: { steps: 12, batchSize: 8 }
        """;

    /// <summary>LT2_LONG_TESTS_KILLS=N changes the number.</summary>
    [Fact]
    public void Runs_killed_with_SIGKILL_at_random_moments_and_resumed_leave_the_records_of_an_undisturbed_run()
    {
        LongTests.SkipUnlessWanted("most of an hour");
        var wanted = int.Parse(Environment.GetEnvironmentVariable("LT2_LONG_TESTS_KILLS") ?? "200", CultureInfo.InvariantCulture);
        const int seed = 20260301;
        var random = new Random(seed);
        using var undisturbed = new TinyPlan(Plan);
        var clock = System.Diagnostics.Stopwatch.StartNew();
        Assert.Equal(0, Finish(undisturbed));
        var duration = clock.Elapsed;
        var expected = StoredRecords.ButTimes(undisturbed.StorePath);
        var (kills, runs, lost) = (0, 0, 0);
        while (kills < wanted)
        {
            using var plan = new TinyPlan(Plan);
            var kept = new HashSet<(string, DateTimeOffset, double)>();
            for (var left = random.Next(1, 6); left > 0 && kills < wanted && !IsCompleted(plan.StorePath); left--)
            {
                using var process = Start(plan);
                if (process.WaitForExit(duration * random.NextDouble()))
                {
                    break; // it was done first
                }

                process.Kill(entireProcessTree: true);
                process.WaitForExit();
                kills++;
                var finished = Finished(plan.StorePath);
                lost += kept.Count(cell => !finished.Contains(cell));
                kept.UnionWith(finished);
            }

            // A process may have ended, or been killed after its last record: the same command would then begin a second run.
            Assert.True(IsCompleted(plan.StorePath) || Finish(plan) == 0, $"Run {runs} (seed {seed}, after {kills} kills) did not finish.");
            Assert.True(expected.SequenceEqual(StoredRecords.ButTimes(plan.StorePath)), $"Run {runs} (seed {seed}, after {kills} kills) differs from the undisturbed run.");
            lost += kept.Count(cell => !Finished(plan.StorePath).Contains(cell));
            runs++;
        }

        Assert.Equal(0, lost);
        TestContext.Current.TestOutputHelper?.WriteLine($"{kills} kills over {runs} runs; an undisturbed run takes {duration.TotalSeconds:0.0} s.");
    }

    private static System.Diagnostics.Process Start(TinyPlan plan) =>
        Lt2.Start("run", plan.PlanPath, "--out", plan.Folder, "--device", "cpu", "--workers", "1", "--no-report");

    private static bool IsCompleted(string storePath)
    {
        if (!File.Exists(storePath))
        {
            return false;
        }

        using var store = ResultStore.Open(storePath, StoreAccess.ReadWrite);
        return store.Runs() is [{ Status: RunStatus.Completed }];
    }

    private static int Finish(TinyPlan plan)
    {
        using var process = Start(plan);
        process.WaitForExit();
        return process.ExitCode;
    }

    /// <summary>Finished cells with start and duration: the same again means not carried out again.</summary>
    private static HashSet<(string, DateTimeOffset, double)> Finished(string storePath)
    {
        if (!File.Exists(storePath))
        {
            return [];
        }

        using var store = ResultStore.Open(storePath, StoreAccess.ReadWrite);
        return [.. store.Runs().SelectMany(run => store.Cells(run.RunId)).Where(cell => cell.Outcome == CellOutcome.Finished)
            .Select(cell => (cell.CellId, cell.StartedUtc, cell.DurationSeconds))];
    }
}
