using System.Globalization;
using System.Runtime.InteropServices;

namespace LT2.Eval.Models.Runtime;

/// <summary>
/// A limit on the host memory of this process and of those it starts (the kernel's RLIMIT_DATA: private writable memory). Beyond it an allocation fails, which is
/// recorded as out of memory, where without it the kernel may end the process, or others on the host. Memory of a GPU is not limited.
/// </summary>
public static partial class MemoryLimit
{
    const int DataLimit = 2; // RLIMIT_DATA on Linux
    const long LeastBytes = 512L << 20; // the runtime and libtorch hold about 300 MiB before the first model

    static readonly (string Suffix, int Shift)[] Units = [("KiB", 10), ("MiB", 20), ("GiB", 30), ("TiB", 40), ("K", 10), ("M", 20), ("G", 30), ("T", 40), ("", 0)];

    /// <summary>Limit in force in bytes; null for none.</summary>
    public static long? CurrentBytes() => OperatingSystem.IsLinux() && getrlimit(DataLimit, out var limit) == 0 && limit.Soft < long.MaxValue ? (long)limit.Soft : null;

    /// <summary>Reads <c>6GiB</c>, <c>512M</c> (powers of 1,024) or plain bytes; null where it is none of them.</summary>
    public static long? Parse(string text)
    {
        var (suffix, shift) = Units.First(unit => text.EndsWith(unit.Suffix, StringComparison.OrdinalIgnoreCase));
        return double.TryParse(text.AsSpan(0, text.Length - suffix.Length), NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var count)
            && Math.ScaleB(count, shift) is >= 0 and < long.MaxValue / 2 ? (long)Math.ScaleB(count, shift) : null;
    }

    /// <summary>What is wrong with a limit, or null.</summary>
    public static string? Problem(string text) => Parse(text) switch
    {
        null => $"'{text}' is no amount of memory; write for example 6GiB.",
        < LeastBytes => $"{text} is too little: the program itself needs {LeastBytes >> 20}MiB before the first model.",
        _ => null,
    };

    /// <summary>Sets it for this process and its children; a lower limit that is in force stays.</summary>
    /// <exception cref="ModelException">The system refuses.</exception>
    public static void Apply(long bytes)
    {
        if (CurrentBytes() is { } now && now <= bytes) return;
        if (!OperatingSystem.IsLinux() || getrlimit(DataLimit, out var limit) != 0 || setrlimit(DataLimit, limit with { Soft = (ulong)bytes }) != 0)
            throw new ModelException("This system does not let a process limit its own memory; use its own means (a cgroup, ulimit -d) instead of --memory-limit.");
    }

    [LibraryImport("libc", SetLastError = true)]
    private static partial int getrlimit(int resource, out Limit limit);

    [LibraryImport("libc", SetLastError = true)]
    private static partial int setrlimit(int resource, in Limit limit);

    [StructLayout(LayoutKind.Sequential)]
    record struct Limit(ulong Soft, ulong Hard);
}
