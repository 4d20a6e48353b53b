using System.Runtime.InteropServices;

namespace LT2.Eval.Models.Runtime.Cuda;

/// <summary>The few entries of the CUDA driver (libcuda) that libtorch does not offer: modules, launches, events, memory, contexts.</summary>
internal static partial class CudaDriver
{
    const string Library = "libcuda.so.1";

    [LibraryImport(Library)] internal static partial int cuInit(uint flags);
    [LibraryImport(Library)] internal static partial int cuDriverGetVersion(out int version);
    [LibraryImport(Library)] internal static partial int cuDeviceGet(out int device, int ordinal);
    [LibraryImport(Library)] internal static partial int cuDeviceGetAttribute(out int value, int attribute, int device);
    [LibraryImport(Library)] internal static unsafe partial int cuDeviceGetName(byte* name, int length, int device);
    [LibraryImport(Library)] internal static unsafe partial int cuDeviceGetPCIBusId(byte* identifier, int length, int device);
    [LibraryImport(Library)] internal static partial int cuDevicePrimaryCtxRetain(out nint context, int device);
    [LibraryImport(Library)] internal static partial int cuCtxSetCurrent(nint context);
    [LibraryImport(Library)] internal static unsafe partial int cuModuleLoadData(out nint module, void* image);
    [LibraryImport(Library)] internal static partial int cuModuleUnload(nint module);
    [LibraryImport(Library, StringMarshalling = StringMarshalling.Utf8)] internal static partial int cuModuleGetFunction(out nint function, nint module, string name);
    [LibraryImport(Library)] internal static partial int cuFuncSetAttribute(nint function, int attribute, int value);
    [LibraryImport(Library)] internal static partial int cuFuncGetAttribute(out int value, int attribute, nint function);

    [LibraryImport(Library)]
    internal static unsafe partial int cuLaunchKernel(
        nint function, uint gridX, uint gridY, uint gridZ, uint blockX, uint blockY, uint blockZ, uint sharedBytes, nint stream, void** arguments, void** extra);

    [LibraryImport(Library)] internal static unsafe partial int cuLaunchKernelEx(LaunchConfiguration* configuration, nint function, void** arguments, void** extra);

    [LibraryImport(Library)]
    internal static unsafe partial int cuTensorMapEncodeTiled(
        void* map, int type, uint rank, nint address, ulong* sizes, ulong* strides, uint* box, uint* elementStrides, int interleave, int swizzle, int promotion, int fill);

    [LibraryImport(Library)] internal static partial int cuEventCreate(out nint handle, uint flags);
    [LibraryImport(Library, EntryPoint = "cuEventDestroy_v2")] internal static partial int cuEventDestroy(nint handle);
    [LibraryImport(Library)] internal static partial int cuEventRecord(nint handle, nint stream);
    [LibraryImport(Library)] internal static partial int cuEventSynchronize(nint handle);
    [LibraryImport(Library)] internal static partial int cuEventQuery(nint handle);
    [LibraryImport(Library, EntryPoint = "cuEventElapsedTime")] internal static partial int cuEventElapsedTime(out float milliseconds, nint start, nint end);
    [LibraryImport(Library, EntryPoint = "cuMemGetInfo_v2")] internal static partial int cuMemGetInfo(out nuint free, out nuint total);
    [LibraryImport(Library, EntryPoint = "cuMemcpyHtoDAsync_v2")] internal static partial int cuMemcpyHtoDAsync(nint target, nint source, nuint bytes, nint stream);
    [LibraryImport(Library)] internal static partial int cuStreamSynchronize(nint stream);
    [LibraryImport(Library)] internal static partial int cuStreamWaitEvent(nint stream, nint handle, uint flags);
    [LibraryImport(Library)] internal static partial int cuStreamEndCapture(nint stream, out nint graph);
    [LibraryImport(Library)] internal static partial int cuGetErrorString(int error, out nint text);

    internal const int ComputeCapabilityMajor = 75, ComputeCapabilityMinor = 76, MultiprocessorCount = 16, SharedBytesOptIn = 97, L2CacheBytes = 38;
    internal const int FunctionMaximumDynamicSharedBytes = 8;
    internal const int NotReady = 600;

    /// <summary>CUlaunchConfig.</summary>
    [StructLayout(LayoutKind.Sequential)]
    internal unsafe struct LaunchConfiguration
    {
        internal uint GridX, GridY, GridZ, BlockX, BlockY, BlockZ, SharedBytes;
        internal nint Stream;
        internal LaunchAttribute* Attributes;
        internal uint AttributeCount;
    }

    /// <summary>CUlaunchAttribute: an id and 64 bytes of value behind it.</summary>
    [StructLayout(LayoutKind.Explicit, Size = 72)]
    internal struct LaunchAttribute
    {
        /// <summary>CU_LAUNCH_ATTRIBUTE_PROGRAMMATIC_STREAM_SERIALIZATION.</summary>
        internal const uint ProgrammaticStreamSerialization = 6;

        [FieldOffset(0)] internal uint Id;
        [FieldOffset(8)] internal int Value;
    }

    internal static void Check(int status, string doing)
    {
        if (status == 0) return;
        var text = cuGetErrorString(status, out var pointer) == 0 && pointer != 0 ? Marshal.PtrToStringUTF8(pointer) : "unknown error";
        throw new CudaException($"{doing} failed: CUDA error {status} ({text}).", status);
    }
}
