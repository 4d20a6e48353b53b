using LT2.Eval.Harness.Execution;
using LT2.Eval.Results.Records;
using Microsoft.Extensions.Time.Testing;

namespace LT2.Eval.Harness.Tests.Execution;

public sealed class DeviceMeterTests
{
    private readonly FakeTimeProvider clock = new();

    [Fact]
    public void Cells_side_by_side_share_the_time_of_their_device()
    {
        using var meter = new DeviceMeter("cpu", clock);
        var first = meter.Begin();
        clock.Advance(TimeSpan.FromSeconds(2));
        var second = meter.Begin();
        clock.Advance(TimeSpan.FromSeconds(4));
        var ofFirst = first();
        clock.Advance(TimeSpan.FromSeconds(1));

        Assert.Equal(new DeviceUse("cpu", 4, null), ofFirst);
        Assert.Equal(new DeviceUse("cpu", 3, null), second());
    }

    [Fact]
    public void Time_without_a_cell_is_nobodys()
    {
        using var meter = new DeviceMeter("cpu", clock);
        var first = meter.Begin();
        clock.Advance(TimeSpan.FromSeconds(1));
        first();
        clock.Advance(TimeSpan.FromSeconds(100));
        var second = meter.Begin();
        clock.Advance(TimeSpan.FromSeconds(3));

        Assert.Equal(3, second().Seconds);
    }

    [Fact]
    public void How_busy_the_device_was_is_the_mean_over_the_cells_time()
    {
        var busy = 0.5;
        using var meter = new DeviceMeter("cuda:0", clock, () => busy);
        clock.Advance(TimeSpan.FromSeconds(10)); // idle: not sampled
        var cell = meter.Begin();
        clock.Advance(TimeSpan.FromSeconds(1));
        busy = 1;
        clock.Advance(TimeSpan.FromSeconds(1));

        Assert.Equal(0.75, cell().BusyShare!.Value, 12);
    }
}
