using System.Runtime.InteropServices;

namespace LT2.Eval.Models.Runtime.Cuda;

/// <summary>A point on a stream whose time the device notes; the clock for anything that runs there.</summary>
public sealed class CudaEvent : SafeHandle
{
    readonly int device;

    /// <summary>An event on <c>cuda:N</c>.</summary>
    public CudaEvent(int device = 0) : base(0, ownsHandle: true)
    {
        CudaContext.MakeCurrent(this.device = device);
        CudaDriver.Check(CudaDriver.cuEventCreate(out var created, 0), "Creating an event");
        SetHandle(created);
    }

    /// <inheritdoc/>
    public override bool IsInvalid => handle == 0;

    /// <summary>Marks this point on the thread's current stream.</summary>
    public void Record()
    {
        CudaContext.MakeCurrent(device);
        CudaDriver.Check(CudaDriver.cuEventRecord(handle, CudaStream.CurrentHandle(device)), "Recording an event");
    }

    /// <summary>Whether the device has passed it.</summary>
    public bool HasPassed
    {
        get
        {
            CudaContext.MakeCurrent(device);
            var status = CudaDriver.cuEventQuery(handle);
            if (status != CudaDriver.NotReady) CudaDriver.Check(status, "Asking for an event");
            return status == 0;
        }
    }

    /// <summary>Waits until the device has passed it.</summary>
    public void Synchronise()
    {
        CudaContext.MakeCurrent(device);
        CudaDriver.Check(CudaDriver.cuEventSynchronize(handle), "Waiting for an event");
    }

    /// <summary>Device time from an earlier event to this one; waits for this one. Resolution about half a microsecond.</summary>
    public double MillisecondsSince(CudaEvent earlier)
    {
        Synchronise();
        CudaDriver.Check(CudaDriver.cuEventElapsedTime(out var milliseconds, earlier.handle, handle), "Reading the time between two events");
        return milliseconds;
    }

    /// <inheritdoc/>
    protected override bool ReleaseHandle() => CudaDriver.cuEventDestroy(handle) == 0;
}
