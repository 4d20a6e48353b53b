using System.Runtime.InteropServices;
using System.Text;

namespace LT2.Eval.Models.Runtime.Cuda;

/// <summary>One GPU through NVIDIA's management library: power, energy, clocks, throttling and memory from outside libtorch. Reads only.</summary>
public sealed class NvmlDevice : SafeHandle
{
    static readonly (ulong Bit, string Name)[] Reasons =
    [
        (0x1, "idle"), (0x2, "clocks set by an application"), (0x4, "software power cap"), (0x8, "hardware slowdown"), (0x10, "clocks follow another GPU"),
        (0x20, "software thermal slowdown"), (0x40, "hardware thermal slowdown"), (0x80, "hardware power brake"), (0x100, "display clocks"),
    ];

    NvmlDevice(nint device) : base(0, ownsHandle: true) => SetHandle(device);

    /// <inheritdoc/>
    public override bool IsInvalid => handle == 0;

    /// <summary>Opens <c>cuda:N</c>, found by its PCI address since the two libraries may count differently.</summary>
    /// <exception cref="ModelException">There is no management library, or it does not know the device.</exception>
    public static NvmlDevice Open(int device = 0)
    {
        try
        {
            Nvml.Check(Nvml.nvmlInit_v2(), "Starting NVML");
            var status = Nvml.nvmlDeviceGetHandleByPciBusId_v2(CudaContext.BusId(device), out var handle);
            if (status != 0) Nvml.nvmlShutdown();
            Nvml.Check(status, $"Finding cuda:{device} in NVML");
            return new NvmlDevice(handle);
        }
        catch (Exception error) when (error is DllNotFoundException or EntryPointNotFoundException or CudaException)
        {
            throw new ModelException($"NVML does not answer: {error.Message.Split('\n', 2)[0]} Power, energy, clocks and throttling stay unknown.", error);
        }
    }

    /// <summary>The driver's version, such as 580.159.03.</summary>
    public unsafe string DriverVersion
    {
        get
        {
            var buffer = stackalloc byte[96];
            Nvml.Check(Nvml.nvmlSystemGetDriverVersion(buffer, 96), "Reading the driver's version");
            return Encoding.UTF8.GetString(MemoryMarshal.CreateReadOnlySpanFromNullTerminated(buffer));
        }
    }

    /// <summary>Everything now.</summary>
    public NvmlSnapshot Read()
    {
        var memory = Nvml.nvmlDeviceGetMemoryInfo(handle, out var info) == 0 ? info : (Nvml.MemoryInfo?)null;
        return new(
            Nvml.nvmlDeviceGetPowerUsage(handle, out var milliwatts) == 0 ? milliwatts / 1e3 : null,
            Nvml.nvmlDeviceGetPowerManagementLimit(handle, out var limit) == 0 ? limit / 1e3 : null,
            EnergyJoules(),
            Nvml.nvmlDeviceGetClockInfo(handle, Nvml.MultiprocessorClock, out var clock) == 0 ? (int)clock : null,
            Nvml.nvmlDeviceGetMaxClockInfo(handle, Nvml.MultiprocessorClock, out var highest) == 0 ? (int)highest : null,
            Nvml.nvmlDeviceGetClockInfo(handle, Nvml.MemoryClock, out var memoryClock) == 0 ? (int)memoryClock : null,
            Nvml.nvmlDeviceGetTemperature(handle, 0, out var celsius) == 0 ? (int)celsius : null,
            (long?)memory?.Used, (long?)memory?.Total,
            Nvml.nvmlDeviceGetCurrentClocksThrottleReasons(handle, out var bits) == 0 ? Names(bits) : []);
    }

    /// <summary>Energy since the driver was loaded, or null where the GPU does not count it. It moves in steps of some tens of milliseconds.</summary>
    public double? EnergyJoules() => Nvml.nvmlDeviceGetTotalEnergyConsumption(handle, out var millijoules) == 0 ? millijoules / 1e3 : null;

    /// <summary>Share of the library's last sampling period (up to a second) in which any kernel ran, of any process; null where the GPU does not tell.</summary>
    public double? BusyShare => Nvml.nvmlDeviceGetUtilizationRates(handle, out var rates) == 0 ? rates.GpuPercent / 100.0 : null;

    /// <summary>Bytes in use on the device now, by every process.</summary>
    public long UsedBytes()
    {
        Nvml.Check(Nvml.nvmlDeviceGetMemoryInfo(handle, out var memory), "Reading the memory in use");
        return (long)memory.Used;
    }

    internal static IReadOnlyList<string> Names(ulong bits) => [.. Reasons.Where(reason => (bits & reason.Bit) != 0).Select(reason => reason.Name)];

    /// <inheritdoc/>
    protected override bool ReleaseHandle() => Nvml.nvmlShutdown() == 0;
}
