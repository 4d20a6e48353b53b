using LT2.Eval.Harness.Execution;
using LT2.Eval.Harness.Timing;
using LT2.Eval.Models.Runtime;

namespace LT2.Eval.Harness.Tests.Timing;

public sealed class BlockTaintTests
{
    [Theory]
    [InlineData(0.05, 0.0, "", false)]
    [InlineData(0.06, 0.0, "", true)]
    [InlineData(0.0, 0.06, "", true)]
    [InlineData(null, null, "", false)]
    [InlineData(null, null, "idle", false)]
    [InlineData(null, null, "software power cap", false)]
    [InlineData(null, null, "software thermal slowdown", true)]
    [InlineData(null, null, "hardware power brake", true)]
    public void Waiting_a_hypervisor_or_a_slowed_GPU_taint_a_block(double? waited, double? stolen, string throttle, bool isTainted) =>
        Assert.Equal(isTainted, BlockTaint.Judge(waited, stolen, throttle.Length == 0 ? [] : [throttle]).IsTainted);

    [Fact]
    public void The_reason_names_the_worst_first_and_notes_what_does_not_taint()
    {
        Assert.Equal("other programs: waited 12% of the block for a CPU, hardware slowdown, software power cap", BlockTaint.Judge(0.12, 0, ["software power cap", "hardware slowdown", "idle"]).Reason);
        Assert.Null(BlockTaint.Judge(0.01, 0, ["idle"]).Reason);
    }

    [Theory]
    [InlineData("cpu  747451 1316764 121817 189315 2167 0 960 2362 0 0", 2362L)]
    [InlineData("cpu 1 2 3", null)]
    [InlineData(null, null)]
    public void Stolen_ticks_are_the_eighth_number(string? line, long? ticks) => Assert.Equal(ticks, StolenTime.Parse(line));

    [Fact]
    public void A_single_stolen_tick_says_nothing()
    {
        Assert.Equal(0, StolenTime.Share(10, 12, TimeSpan.FromMilliseconds(40), 2));
        Assert.Equal(0.25, StolenTime.Share(10, 60, TimeSpan.FromSeconds(1), 2));
        Assert.Null(StolenTime.Share(null, 60, TimeSpan.FromSeconds(1), 2));
    }

    [Fact]
    public void The_thread_that_waited_longest_counts_and_a_new_one_from_its_beginning()
    {
        var before = new Dictionary<string, long> { ["1"] = 5_000_000, ["2"] = 0 };
        var after = new Dictionary<string, long> { ["1"] = 6_000_000, ["2"] = 3_000_000, ["3"] = 4_000_000 };

        Assert.Equal(TimeSpan.FromMilliseconds(4), SchedulerWaits.Longest(before, after));
        Assert.Null(SchedulerWaits.Longest(null, after));
    }

    [Fact]
    public void A_block_that_shares_its_CPUs_with_many_busy_threads_is_tainted()
    {
        Assert.SkipWhen(SchedulerWaits.Read() is null, "This kernel does not count waits in run queues.");
        using var watch = new HostWatch(ComputeDevice.Cpu);
        using var stop = new CancellationTokenSource();
        var busy = Enumerable.Range(0, 4 * Environment.ProcessorCount).Select(_ => new Thread(() =>
        {
            while (!stop.IsCancellationRequested)
            {
            }
        }) { IsBackground = true }).ToList();
        busy.ForEach(thread => thread.Start());

        var times = new BlockTimer(TimeProvider.System, () => { }, watch).Measure(() => Thread.SpinWait(10_000), 3, 200);
        stop.Cancel();

        Assert.All(times.Conditions!, condition => Assert.True(condition.IsTainted, condition.ThrottleReason));
        Assert.Contains("other programs: waited", times.Conditions![0].ThrottleReason, StringComparison.Ordinal);
    }

    [Fact]
    public void Tainted_blocks_are_recorded_and_left_out_of_the_value_while_others_remain()
    {
        var item = new TimingMeasurement("prefill", 16, "finished", null, 1, [1.0, 9.0, 1.2], null)
        {
            Conditions = [new(false, null), new(true, "other programs", 1980, 60, 300), new(false, null)],
        };

        var blocks = TimeRecords.Blocks("cell", new TimingReport("host", "readable", [item]), process: 1, loopCount: 2, batchSize: 1).ToList();

        Assert.Equal([false, true, false], blocks.Select(block => block.IsTainted));
        Assert.Equal((1980.0, 60.0, 300.0, "other programs"), (blocks[1].ClockMegahertz!.Value, blocks[1].TemperatureCelsius!.Value, blocks[1].PowerWatts!.Value, blocks[1].ThrottleReason));
        Assert.Equal([1.0, 1.2], item.UsableMilliseconds());
        Assert.Equal([1.0, 9.0, 1.2], (item with { Conditions = [new(true, "a"), new(true, "a"), new(true, "a")] }).UsableMilliseconds());
        Assert.Equal([1.0, 9.0, 1.2], (item with { Conditions = null }).UsableMilliseconds());
    }
}
