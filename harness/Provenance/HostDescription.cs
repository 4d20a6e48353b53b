using System.Globalization;
using System.Runtime.InteropServices;

namespace LT2.Eval.Harness.Provenance;

/// <summary>Facts about this machine that move numbers.</summary>
public static class HostDescription
{
    /// <summary>CPU model as the kernel names it; the architecture where it does not.</summary>
    public static string CpuModel()
    {
        return FirstLine("/proc/cpuinfo", "model name") ?? RuntimeInformation.ProcessArchitecture.ToString();
    }

    private static string? FirstLine(string path, string field)
    {
        var line = File.Exists(path) ? File.ReadLines(path).FirstOrDefault(text => text.StartsWith(field, StringComparison.Ordinal)) : null;
        return line is null ? null : line[(line.IndexOf(':', StringComparison.Ordinal) + 1)..].Trim();
    }

    /// <summary>What changes from moment to moment: for <c>doctor</c>, not for records.</summary>
    public static IEnumerable<(string Name, string Value)> Now()
    {
        if (FirstLine("/proc/meminfo", "MemAvailable") is { } available)
        {
            yield return ("now.memoryAvailable", available);
        }

        if (FirstLine("/proc/cpuinfo", "cpu MHz") is { } clock)
        {
            yield return ("now.cpuMegahertz", clock);
        }

        const string governor = "/sys/devices/system/cpu/cpu0/cpufreq/scaling_governor";
        yield return ("now.cpuGovernor", File.Exists(governor) ? File.ReadAllText(governor).Trim() : "not told (a virtual machine or container)");
    }

    /// <summary>Name and value pairs for the environment block.</summary>
    public static IEnumerable<(string Name, string Value)> Describe()
    {
        yield return ("host.os", RuntimeInformation.OSDescription);
        yield return ("host.architecture", RuntimeInformation.ProcessArchitecture.ToString());
        yield return ("host.cpu", CpuModel());
        yield return ("host.cores", Environment.ProcessorCount.ToString(CultureInfo.InvariantCulture));
        yield return ("host.memoryBytes", GC.GetGCMemoryInfo().TotalAvailableMemoryBytes.ToString(CultureInfo.InvariantCulture));
        yield return ("dotnet.version", RuntimeInformation.FrameworkDescription);
        yield return ("dotnet.serverGc", System.Runtime.GCSettings.IsServerGC.ToString());
        yield return ("dotnet.tieredPgo", AppContext.TryGetSwitch("System.Runtime.TieredPGO", out var enabled) ? enabled.ToString() : "default");
    }
}
