using LT2.Eval.Harness.Timing;

namespace LT2.Eval.Harness.Tests.Timing;

public sealed class BlockTimerTests
{
    [Fact]
    public void A_block_repeats_its_work_until_it_is_long_enough_and_reports_the_mean()
    {
        var clock = new ManualClock();
        var times = new BlockTimer(clock, () => { }).Measure(() => clock.Advance(TimeSpan.FromMilliseconds(5)), 3, 40);

        Assert.Equal(8, times.Iterations);
        Assert.Equal([5.0, 5.0, 5.0], times.BlockMilliseconds.Select(block => Math.Round(block, 6)));
    }

    [Fact]
    public void Warm_up_lasts_until_the_time_stops_falling_and_is_not_counted()
    {
        var clock = new ManualClock();
        var calls = 0;
        var times = new BlockTimer(clock, () => { }).Measure(
            () => clock.Advance(TimeSpan.FromMilliseconds(Math.Max(1, 20 >> calls++))), 2, 1);

        Assert.All(times.BlockMilliseconds, block => Assert.Equal(1, block, 6));
    }

    [Fact]
    public void The_device_is_waited_for_around_every_block()
    {
        var clock = new ManualClock();
        var pending = TimeSpan.Zero;
        var timer = new BlockTimer(clock, () =>
        {
            clock.Advance(pending);
            pending = TimeSpan.Zero;
        });
        var times = timer.Measure(() => pending += TimeSpan.FromMilliseconds(2), 2, 10);

        Assert.All(times.BlockMilliseconds, block => Assert.Equal(2, block, 6));
    }

    [Fact]
    public void Only_the_blocks_that_count_are_watched_each_over_its_own_time()
    {
        var clock = new ManualClock();
        var watch = new RecordingWatch();

        var times = new BlockTimer(clock, () => { }, watch).Measure(() => clock.Advance(TimeSpan.FromMilliseconds(5)), 3, 40);

        Assert.Equal(3, watch.Started);
        Assert.Equal(Enumerable.Repeat(TimeSpan.FromMilliseconds(40), 3), watch.Blocks);
        Assert.Equal([false, true, false], times.Conditions!.Select(condition => condition.IsTainted));
    }

    private sealed class RecordingWatch : IBlockWatch
    {
        public int Started { get; private set; }

        public List<TimeSpan> Blocks { get; } = [];

        public void Start() => Started++;

        public BlockCondition Stop(TimeSpan elapsed)
        {
            Blocks.Add(elapsed);
            return new BlockCondition(Blocks.Count == 2, null);
        }
    }

    private sealed class ManualClock : TimeProvider
    {
        private long now;

        public override long TimestampFrequency => TimeSpan.TicksPerSecond;

        public override long GetTimestamp() => now;

        public void Advance(TimeSpan time) => now += time.Ticks;
    }
}
