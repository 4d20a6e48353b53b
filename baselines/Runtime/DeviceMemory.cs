using System.Globalization;
using LT2.Eval.Models.Runtime.Cuda;

namespace LT2.Eval.Models.Runtime;

/// <summary>How much memory a device has left.</summary>
public static class DeviceMemory
{
    /// <summary>Free bytes: of the GPU; of the host as the kernel estimates it (MemAvailable), or of its control group where that is less. Null where it cannot be read.</summary>
    public static long? FreeBytes(ComputeDevice device)
    {
        if (device.IsCuda) return CudaMemory.Read(Math.Max(0, device.TorchDevice.index)).FreeBytes;
        long?[] known = [Host(), ControlGroup()];
        return known.Min();
    }

    static long? Host()
    {
        const string Field = "MemAvailable:";
        var line = File.Exists("/proc/meminfo") ? File.ReadLines("/proc/meminfo").FirstOrDefault(line => line.StartsWith(Field, StringComparison.Ordinal)) : null;
        return line is null ? null : long.Parse(line[Field.Length..].Replace("kB", "", StringComparison.Ordinal), CultureInfo.InvariantCulture) * 1024;
    }

    static long? ControlGroup()
    {
        const string Limit = "/sys/fs/cgroup/memory.max", Used = "/sys/fs/cgroup/memory.current";
        if (!File.Exists(Limit) || !File.Exists(Used)) return null;
        return long.TryParse(File.ReadAllText(Limit), CultureInfo.InvariantCulture, out var limit) ? limit - long.Parse(File.ReadAllText(Used), CultureInfo.InvariantCulture) : null;
    }
}
