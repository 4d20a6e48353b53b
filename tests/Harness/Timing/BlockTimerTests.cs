using LT2.Eval.Harness.Timing;

namespace LT2.Eval.Harness.Tests.Timing;

public sealed class BlockTimerTests
{
    [Fact]
    public void A_block_repeats_its_work_until_it_is_long_enough_and_reports_the_mean()
    {
        var clock = new ManualClock();
        var (iterations, blocks) = new BlockTimer(clock, () => { }).Measure(() => clock.Advance(TimeSpan.FromMilliseconds(5)), 3, 40);

        Assert.Equal(8, iterations);
        Assert.Equal([5.0, 5.0, 5.0], blocks.Select(block => Math.Round(block, 6)));
    }

    [Fact]
    public void Warm_up_lasts_until_the_time_stops_falling_and_is_not_counted()
    {
        var clock = new ManualClock();
        var calls = 0;
        var (_, blocks) = new BlockTimer(clock, () => { }).Measure(
            () => clock.Advance(TimeSpan.FromMilliseconds(Math.Max(1, 20 >> calls++))), 2, 1);

        Assert.All(blocks, block => Assert.Equal(1, block, 6));
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
        var (_, blocks) = timer.Measure(() => pending += TimeSpan.FromMilliseconds(2), 2, 10);

        Assert.All(blocks, block => Assert.Equal(2, block, 6));
    }

    private sealed class ManualClock : TimeProvider
    {
        private long now;

        public override long TimestampFrequency => TimeSpan.TicksPerSecond;

        public override long GetTimestamp() => now;

        public void Advance(TimeSpan time) => now += time.Ticks;
    }
}
