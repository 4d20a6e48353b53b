namespace LT2.Eval.Models.Runtime.Cuda;

/// <summary>A stream of libtorch's pool, or a device's default stream. libtorch owns it for the life of the process.</summary>
public sealed unsafe class CudaStream
{
    /// <summary>Streams that libtorch has of each urgency on a device; it gives them in turn.</summary>
    internal const int PoolSize = 32;

    readonly TorchStream stream;

    CudaStream(TorchStream stream) => this.stream = stream;

    /// <summary>Why streams cannot be used here, or null where they can.</summary>
    public static string? Problem => TorchCudaExports.Loaded is { HasStreams: true, Missing.Count: 0 } ? null
        : "libtorch does not export " + string.Join(", ", TorchCudaExports.Loaded.Missing);

    /// <summary>The device's index.</summary>
    public int DeviceIndex => stream.DeviceIndex;

    /// <summary>The driver's handle (CUstream).</summary>
    internal nint Handle
    {
        get
        {
            var copy = stream;
            return TorchCudaExports.Loaded.StreamHandle(&copy);
        }
    }

    /// <summary>A stream beside the default one.</summary>
    /// <param name="device">The device's index.</param>
    /// <param name="beside">From the pool of urgent streams: never one that another call without it gives.</param>
    public static CudaStream FromPool(int device, bool beside = false)
    {
        Require();
        return new(TorchCudaExports.Loaded.GetStreamFromPool(beside ? (byte)1 : (byte)0, (sbyte)device));
    }

    /// <summary>The stream on which this thread's operations run now.</summary>
    public static CudaStream Current(int device)
    {
        Require();
        return new(TorchCudaExports.Loaded.GetCurrentStream((sbyte)device));
    }

    /// <summary>Makes it this thread's stream until the result is disposed of.</summary>
    public IDisposable Use()
    {
        var before = TorchCudaExports.Loaded.GetCurrentStream(stream.DeviceIndex);
        TorchCudaExports.Loaded.SetCurrentStream(stream);
        return new Restore(before);
    }

    /// <summary>Lets what is issued to this stream from now on wait, on the device, until it has passed the event.</summary>
    public void WaitFor(CudaEvent passed)
    {
        CudaContext.MakeCurrent(DeviceIndex);
        CudaDriver.Check(CudaDriver.cuStreamWaitEvent(Handle, passed.DangerousGetHandle(), 0), "Letting a stream wait");
    }

    /// <summary>Waits for everything issued to it.</summary>
    public void Synchronise()
    {
        CudaContext.MakeCurrent(DeviceIndex);
        CudaDriver.Check(CudaDriver.cuStreamSynchronize(Handle), "Waiting for a stream");
    }

    static void Require()
    {
        if (Problem is { } problem) throw new ModelException($"CUDA streams are not reachable: {problem}.");
    }

    /// <summary>The driver's handle of this thread's current stream, without allocating: for launches.</summary>
    internal static nint CurrentHandle(int device)
    {
        var stream = TorchCudaExports.Loaded.GetCurrentStream((sbyte)device);
        return TorchCudaExports.Loaded.StreamHandle(&stream);
    }

    sealed class Restore(TorchStream before) : IDisposable
    {
        public void Dispose() => TorchCudaExports.Loaded.SetCurrentStream(before);
    }
}
