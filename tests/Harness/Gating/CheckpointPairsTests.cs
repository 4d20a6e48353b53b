using LT2.Eval.Harness.Gating;
using LT2.Eval.Harness.Plans;
using LT2.Eval.Harness.Timing;
using LT2.Eval.Models.Checkpoints;
using LT2.Eval.Models.Definitions;

namespace LT2.Eval.Harness.Tests.Gating;

public sealed class CheckpointPairsTests
{
    private const string Host = "cpu x2";

    private readonly List<TimingRequest> asked = [];

    private readonly PlanDefinition plan = PlanReader.Read("plan.yaml", """
        name: timed
        testSetSeed: 1
        threads: 2
        timings:
          - name: latency
            variants: [looped-full@tiny]
            loopCounts: [1, 4]
            lengths: [16, 32]
            memoryLengths: [32]
            batchSize: 3
        """, [])!;

    [Fact]
    public void Every_loop_count_phase_and_length_of_the_plan_is_a_series_and_memory_where_it_is_probed()
    {
        var pairs = Pairs();

        Assert.Equal(8, pairs.Times.Count);
        Assert.Equal([(1, "prefill"), (1, "decode"), (4, "prefill"), (4, "decode")], pairs.Memory.Select(key => (key.TestedLoopCount!.Value, key.Phase!)));
        Assert.All(pairs.Memory, key => Assert.Equal(32, key.SequenceLength));
        Assert.All(pairs.Times, key => Assert.Equal(("lt2-gdn@tiny", 3), (key.VariantId, key.BatchSize)));
    }

    [Fact]
    public async Task Each_side_is_asked_about_its_own_checkpoint_in_turn()
    {
        var pairs = Pairs();
        var key = pairs.Times.First(key => key is { TestedLoopCount: 4, Phase: "decode", SequenceLength: 32 });

        Assert.Equal([new(10, 12, HostClass: "cpu x2"), new(10, 12, HostClass: "cpu x2")], (await pairs.MeasureAsync(key, 2, TestContext.Current.CancellationToken))!);
        Assert.Equal(["old", "new", "new", "old"], asked.Select(request => request.Checkpoint));
        Assert.All(asked, request => Assert.Equal((4, 3, 2, null), (request.LoopCount, request.BatchSize, request.ThreadCount, request.MemoryLengths)));
    }

    [Fact]
    public async Task Memory_is_probed_by_processes_that_spend_no_time_on_times()
    {
        var pairs = Pairs();

        Assert.Equal([new(1000, 1200, HostClass: "cpu x2")], (await pairs.MeasureAsync(pairs.Memory[0], 1, TestContext.Current.CancellationToken))!);
        Assert.All(asked, request => Assert.Equal(1, request.BlockCount));
        Assert.All(asked, request => Assert.Equal([32], request.MemoryLengths!));
    }

    [Fact]
    public async Task Sides_of_two_hosts_are_refused()
    {
        var pairs = Pairs("another");

        Assert.Null(await pairs.MeasureAsync(pairs.Times[0], 2, TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task What_the_plan_does_not_time_is_not_measured()
    {
        var pairs = Pairs();

        Assert.Null(await pairs.MeasureAsync(pairs.Times[0] with { SequenceLength = 64 }, 2, TestContext.Current.CancellationToken));
        Assert.Empty(asked);
    }

    private CheckpointPairs Pairs(string candidateHost = Host)
    {
        var definition = VariantCatalogue.Load().Resolve("lt2-gdn@tiny").WithVocabulary(16).WithLoopCount(2);
        var metadata = new CheckpointMetadata { Definition = definition, Tokenizer = "none", MaximumLength = 64 };
        return new(
            plan, metadata, "cpu", new CheckpointTimingProcess("old", new Scripted(10, Host, asked)), new CheckpointTimingProcess("new", new Scripted(12, candidateHost, asked)), _ => { });
    }

    private sealed class Scripted(double milliseconds, string host, List<TimingRequest> asked) : ITimingProcess
    {
        public TimingReport Run(TimingRequest request, CancellationToken cancellation)
        {
            asked.Add(request);
            return new TimingReport(host, "readable", [.. request.Phases.SelectMany(phase => request.Lengths.Select(length =>
                new TimingMeasurement(phase, length, "finished", null, 1, [milliseconds], (long)milliseconds * 100)))]);
        }

        public TimingReport RunCanary(string device, int? threadCount, CancellationToken cancellation) => throw new NotSupportedException("Two checkpoints need no canary.");
    }
}
