namespace LT2.Eval.Models.Runtime.Cuda;

/// <summary>
/// The most memory in use on a device while it lives, read from outside the allocator every few milliseconds. libtorch's cache seldom gives memory back, so a
/// peak shorter than the interval still shows, unless a library allocates and frees by itself.
/// </summary>
public sealed class PeakMemorySampler : IDisposable
{
    readonly NvmlDevice device;
    readonly Timer timer;
    long peak;

    /// <summary>Starts sampling. The device stays the caller's.</summary>
    public PeakMemorySampler(NvmlDevice device, int intervalMilliseconds = 2)
    {
        this.device = device;
        StartBytes = peak = device.UsedBytes();
        timer = new Timer(_ => Sample(), null, intervalMilliseconds, intervalMilliseconds);
    }

    /// <summary>In use when sampling began.</summary>
    public long StartBytes { get; }

    /// <summary>The most so far, this moment included.</summary>
    public long PeakBytes
    {
        get
        {
            Sample();
            return Interlocked.Read(ref peak);
        }
    }

    void Sample()
    {
        var used = device.UsedBytes();
        for (var known = Interlocked.Read(ref peak); used > known; known = Interlocked.Read(ref peak))
            if (Interlocked.CompareExchange(ref peak, used, known) == known) return;
    }

    /// <summary>Ends sampling, after a sample under way.</summary>
    public void Dispose()
    {
        using var ended = new ManualResetEvent(false);
        if (timer.Dispose(ended)) ended.WaitOne();
    }
}
