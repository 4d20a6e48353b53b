using System.Collections.Concurrent;
using System.Text;

namespace LT2.Eval.Models.Runtime.Cuda;

/// <summary>
/// The primary context of a device, the one libtorch uses. Driver calls need it current on the calling thread, which libtorch ensures only on threads that it has
/// already served.
/// </summary>
internal static class CudaContext
{
    static readonly ConcurrentDictionary<int, nint> Contexts = new();
    [ThreadStatic] static int currentPlusOne;

    internal static void MakeCurrent(int device)
    {
        if (currentPlusOne == device + 1) return;
        CudaDriver.Check(CudaDriver.cuCtxSetCurrent(Contexts.GetOrAdd(device, Retain)), $"Making cuda:{device} current");
        currentPlusOne = device + 1;
    }

    internal static int Attribute(int device, int attribute)
    {
        CudaDriver.Check(CudaDriver.cuDeviceGetAttribute(out var value, attribute, Handle(device)), $"Reading attribute {attribute} of cuda:{device}");
        return value;
    }

    internal static unsafe string BusId(int device)
    {
        var buffer = stackalloc byte[64];
        CudaDriver.Check(CudaDriver.cuDeviceGetPCIBusId(buffer, 64, Handle(device)), $"Reading the bus id of cuda:{device}");
        return Text(buffer);
    }

    internal static unsafe string Name(int device)
    {
        var buffer = stackalloc byte[256];
        CudaDriver.Check(CudaDriver.cuDeviceGetName(buffer, 256, Handle(device)), $"Reading the name of cuda:{device}");
        return Text(buffer);
    }

    static unsafe string Text(byte* buffer) => Encoding.UTF8.GetString(System.Runtime.InteropServices.MemoryMarshal.CreateReadOnlySpanFromNullTerminated(buffer));

    static int Handle(int device)
    {
        CudaDriver.Check(CudaDriver.cuInit(0), "Starting the CUDA driver");
        CudaDriver.Check(CudaDriver.cuDeviceGet(out var handle, device), $"Opening cuda:{device}");
        return handle;
    }

    static nint Retain(int device)
    {
        CudaDriver.Check(CudaDriver.cuDevicePrimaryCtxRetain(out var context, Handle(device)), $"Retaining the context of cuda:{device}");
        return context;
    }
}
