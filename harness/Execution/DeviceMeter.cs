using LT2.Eval.Models;
using LT2.Eval.Models.Runtime.Cuda;
using LT2.Eval.Results.Records;

namespace LT2.Eval.Harness.Execution;

/// <summary>Divides the time of one device among the cells that run there side by side, and samples how busy it is.</summary>
internal sealed class DeviceMeter : IDisposable
{
    private static readonly TimeSpan SampleEvery = TimeSpan.FromSeconds(0.2);

    private readonly Lock gate = new();
    private readonly string device;
    private readonly TimeProvider clock;
    private readonly ITimer? sampler;
    private readonly IDisposable? management;
    private long last;
    private int running;
    private double share; // what one cell that runs all the time would have got so far
    private double busySum;
    private int busyCount;

    /// <param name="device">Its name.</param>
    /// <param name="clock">Source of time.</param>
    /// <param name="busy">Reads how busy it is, 0 to 1, or null; the default asks the GPU's management library.</param>
    public DeviceMeter(string device, TimeProvider clock, Func<double?>? busy = null)
    {
        (this.device, this.clock) = (device, clock);
        if (busy is null && Management(device) is { } opened)
        {
            management = opened;
            busy = () => opened.BusyShare;
        }

        if (busy is not null)
        {
            sampler = clock.CreateTimer(_ => Sample(busy), null, SampleEvery, SampleEvery);
        }
    }

    /// <summary>A cell begins. Call the result when it has ended.</summary>
    public Func<DeviceUse> Begin()
    {
        lock (gate)
        {
            Advance();
            running++;
            var (shareBefore, sumBefore, countBefore) = (share, busySum, busyCount);
            return () =>
            {
                lock (gate)
                {
                    Advance();
                    running--;
                    return new(device, share - shareBefore, busyCount == countBefore ? null : (busySum - sumBefore) / (busyCount - countBefore));
                }
            };
        }
    }

    /// <inheritdoc />
    public void Dispose()
    {
        sampler?.Dispose();
        management?.Dispose();
    }

    private void Advance()
    {
        var now = clock.GetTimestamp();
        if (running > 0)
        {
            share += clock.GetElapsedTime(last, now).TotalSeconds / running;
        }

        last = now;
    }

    private void Sample(Func<double?> busy)
    {
        lock (gate)
        {
            if (running > 0 && busy() is { } value)
            {
                (busySum, busyCount) = (busySum + value, busyCount + 1);
            }
        }
    }

    private static NvmlDevice? Management(string device)
    {
        if (!device.StartsWith("cuda:", StringComparison.Ordinal))
        {
            return null;
        }

        try
        {
            return NvmlDevice.Open(int.Parse(device["cuda:".Length..], System.Globalization.CultureInfo.InvariantCulture));
        }
        catch (ModelException)
        {
            return null; // how busy it is stays unknown
        }
    }
}
