using System.Runtime.InteropServices;

namespace LT2.Eval.Models.Runtime.Cuda;

/// <summary>The entries of NVIDIA's management library (libnvidia-ml) that are read here. Nothing here changes a setting.</summary>
internal static partial class Nvml
{
    const string Library = "libnvidia-ml.so.1";

    [StructLayout(LayoutKind.Sequential)]
    internal struct MemoryInfo
    {
        internal ulong Total, Free, Used;
    }

    [StructLayout(LayoutKind.Sequential)]
    internal struct Utilization
    {
        internal uint GpuPercent, MemoryPercent;
    }

    [LibraryImport(Library)] internal static partial int nvmlInit_v2();
    [LibraryImport(Library)] internal static partial int nvmlShutdown();
    [LibraryImport(Library, StringMarshalling = StringMarshalling.Utf8)] internal static partial int nvmlDeviceGetHandleByPciBusId_v2(string busId, out nint device);
    [LibraryImport(Library)] internal static partial int nvmlDeviceGetPowerUsage(nint device, out uint milliwatts);
    [LibraryImport(Library)] internal static partial int nvmlDeviceGetTotalEnergyConsumption(nint device, out ulong millijoules);
    [LibraryImport(Library)] internal static partial int nvmlDeviceGetClockInfo(nint device, int clock, out uint megahertz);
    [LibraryImport(Library)] internal static partial int nvmlDeviceGetMaxClockInfo(nint device, int clock, out uint megahertz);
    [LibraryImport(Library)] internal static partial int nvmlDeviceGetTemperature(nint device, int sensor, out uint celsius);
    [LibraryImport(Library)] internal static partial int nvmlDeviceGetCurrentClocksThrottleReasons(nint device, out ulong reasons);
    [LibraryImport(Library)] internal static partial int nvmlDeviceGetUtilizationRates(nint device, out Utilization rates);
    [LibraryImport(Library)] internal static partial int nvmlDeviceGetMemoryInfo(nint device, out MemoryInfo memory);
    [LibraryImport(Library)] internal static partial int nvmlDeviceGetPowerManagementLimit(nint device, out uint milliwatts);
    [LibraryImport(Library)] internal static unsafe partial int nvmlSystemGetDriverVersion(byte* version, uint length);
    [LibraryImport(Library)] internal static partial nint nvmlErrorString(int status);

    internal const int GraphicsClock = 0, MultiprocessorClock = 1, MemoryClock = 2;

    internal static void Check(int status, string doing)
    {
        if (status == 0) return;
        var text = nvmlErrorString(status) is var pointer and not 0 ? Marshal.PtrToStringUTF8(pointer) : "unknown error";
        throw new CudaException($"{doing} failed: NVML error {status} ({text}).", status);
    }
}
