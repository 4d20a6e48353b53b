using System.Globalization;

namespace LT2.Eval.Harness.Timing;

/// <summary>Peak resident memory of this process, as the kernel counts it.</summary>
public static class ProcessMemory
{
    /// <summary>Peak resident set in bytes; null where <c>/proc/self/status</c> does not tell.</summary>
    public static long? PeakBytes()
    {
        const string field = "VmHWM:";
        try
        {
            var line = File.ReadLines("/proc/self/status").FirstOrDefault(text => text.StartsWith(field, StringComparison.Ordinal));
            return line is null ? null : long.Parse(line[field.Length..].Trim().Split(' ')[0], CultureInfo.InvariantCulture) * 1024;
        }
        catch (IOException)
        {
            return null;
        }
    }
}
