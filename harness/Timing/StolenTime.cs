using System.Globalization;

namespace LT2.Eval.Harness.Timing;

/// <summary>Time that a hypervisor gave to other machines while this one's CPUs were ready: the eighth number of <c>/proc/stat</c>'s first line.</summary>
internal static class StolenTime
{
    private const int StealField = 8;

    /// <summary>The kernel counts in ticks of 10 ms (USER_HZ), and one tick says nothing about a short block.</summary>
    private const int TicksPerSecond = 100, FewestTicks = 3;

    /// <summary>Ticks since the machine started, summed over its CPUs; null where the kernel does not count.</summary>
    public static long? Read()
    {
        try
        {
            return Parse(File.ReadLines("/proc/stat").FirstOrDefault());
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    /// <summary>The ticks in a line <c>cpu user nice system idle iowait irq softirq steal …</c>.</summary>
    public static long? Parse(string? line) =>
        line?.Split(' ', StringSplitOptions.RemoveEmptyEntries) is { Length: > StealField } fields && long.TryParse(fields[StealField], NumberStyles.None, CultureInfo.InvariantCulture, out var ticks)
            ? ticks
            : null;

    /// <summary>Share of all CPUs' time between two readings.</summary>
    public static double? Share(long? before, long? after, TimeSpan elapsed, int cpus) => (after - before) switch
    {
        null => null,
        < FewestTicks => 0,
        var ticks => ticks / (TicksPerSecond * elapsed.TotalSeconds * cpus),
    };
}
