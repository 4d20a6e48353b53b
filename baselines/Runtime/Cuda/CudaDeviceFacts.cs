using System.Collections.Concurrent;
using System.Globalization;

namespace LT2.Eval.Models.Runtime.Cuda;

/// <summary>What a kernel's author and a reader of figures need to know about a GPU.</summary>
/// <param name="Name">As the driver calls it.</param>
/// <param name="ComputeCapability">Major times ten plus minor: 90 for Hopper.</param>
/// <param name="MultiprocessorCount">Streaming multiprocessors.</param>
/// <param name="SharedBytesPerBlock">Most dynamic shared memory of one block, opted in.</param>
/// <param name="L2CacheBytes">Size of the L2 cache.</param>
/// <param name="DriverVersion">Highest CUDA version of the driver, 1000 · major + 10 · minor.</param>
public sealed record CudaDeviceFacts(string Name, int ComputeCapability, int MultiprocessorCount, int SharedBytesPerBlock, int L2CacheBytes, int DriverVersion)
{
    static readonly ConcurrentDictionary<int, CudaDeviceFacts> Known = new();

    /// <summary>The facts of <c>cuda:N</c>.</summary>
    /// <exception cref="CudaException">The driver does not answer.</exception>
    public static CudaDeviceFacts Of(int device) => Known.GetOrAdd(device, Read);

    /// <summary>The target for NVRTC: <c>sm_90a</c> on Hopper, whose own instructions need the <c>a</c>.</summary>
    public string Architecture => ComputeCapability == 90 ? "sm_90a" : FormattableString.Invariant($"sm_{ComputeCapability}");

    /// <summary>Name and value of what moves figures and does not change from moment to moment; what does not answer is left out.</summary>
    internal static IEnumerable<(string Name, string Value)> Describe(int device)
    {
        var rows = new List<(string, string)>();
        try
        {
            var facts = Of(device);
            rows.Add(("GPU", facts.Name));
            rows.Add(("GPU architecture", facts.Architecture));
            rows.Add(("GPU memory bytes", CudaMemory.Read(device).TotalBytes.ToString(CultureInfo.InvariantCulture)));
            rows.Add(("driver CUDA", FormattableString.Invariant($"{facts.DriverVersion / 1000}.{facts.DriverVersion % 1000 / 10}")));
            using var management = NvmlDevice.Open(device);
            var now = management.Read();
            rows.Add(("driver", management.DriverVersion));
            rows.Add(("GPU highest clock", FormattableString.Invariant($"{now.MaximumMultiprocessorClockMegahertz} MHz")));
            rows.Add(("GPU power limit", FormattableString.Invariant($"{now.PowerLimitWatts:F0} W")));
        }
        catch (Exception error) when (error is ModelException or CudaException or DllNotFoundException or EntryPointNotFoundException)
        {
            rows.Add(("GPU facts missing", error.Message.Split('\n', 2)[0]));
        }
        return rows;
    }

    static CudaDeviceFacts Read(int device)
    {
        CudaDriver.Check(CudaDriver.cuDriverGetVersion(out var version), "Reading the driver's version");
        return new(CudaContext.Name(device),
            10 * CudaContext.Attribute(device, CudaDriver.ComputeCapabilityMajor) + CudaContext.Attribute(device, CudaDriver.ComputeCapabilityMinor),
            CudaContext.Attribute(device, CudaDriver.MultiprocessorCount), CudaContext.Attribute(device, CudaDriver.SharedBytesOptIn),
            CudaContext.Attribute(device, CudaDriver.L2CacheBytes), version);
    }
}
