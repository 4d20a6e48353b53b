using System.Globalization;

namespace LT2.Eval.Harness.Cluster.Attempts;

/// <summary>Who holds a lease, as the lease's file says it.</summary>
/// <param name="Attempt">The attempt.</param>
/// <param name="Machine">The kernel's boot id: tells machines apart, and one machine before and after a restart.</param>
/// <param name="ProcessId">The process.</param>
/// <param name="ProcessStart">Its start in the kernel's ticks, so that a later process of the same number is not taken for it.</param>
/// <param name="Beat">Grows while the holder lives.</param>
internal sealed record LeaseHolder(string Attempt, string Machine, int ProcessId, string ProcessStart, long Beat)
{
    private static readonly string ThisMachine = ReadFirstLine("/proc/sys/kernel/random/boot_id") ?? Environment.MachineName;

    /// <summary>This process as a holder.</summary>
    public static LeaseHolder Mine(string attempt) => new(attempt, ThisMachine, Environment.ProcessId, StartOf(Environment.ProcessId) ?? "", 0);

    /// <summary>Whether the holder ran on this machine and is gone; false where only waiting can tell.</summary>
    public bool IsKnownDead => Machine == ThisMachine && StartOf(ProcessId) != ProcessStart;

    /// <summary>The file's content.</summary>
    public string ToText() => string.Create(CultureInfo.InvariantCulture, $"{Attempt}\n{Machine}\n{ProcessId}\n{ProcessStart}\n{Beat}\n");

    /// <summary>Reads it back; null where the file is not there or not whole.</summary>
    /// <exception cref="IOException">It cannot be read just now, so who holds the lease is not known.</exception>
    /// <exception cref="UnauthorizedAccessException">The same.</exception>
    public static LeaseHolder? Read(string path)
    {
        try
        {
            return File.ReadAllLines(path) is [var attempt, var machine, var process, var start, var beat]
                ? new LeaseHolder(attempt, machine, int.Parse(process, CultureInfo.InvariantCulture), start, long.Parse(beat, CultureInfo.InvariantCulture))
                : null;
        }
        catch (Exception error) when (error is FileNotFoundException or DirectoryNotFoundException or FormatException)
        {
            return null;
        }
    }

    // Field 22 of /proc/PID/stat, counted behind the command's name, which may contain anything. A zombie holds nothing any more.
    private static string? StartOf(int processId)
    {
        var line = ReadFirstLine($"/proc/{processId.ToString(CultureInfo.InvariantCulture)}/stat");
        var fields = line?[(line.LastIndexOf(')') + 2)..].Split(' ');
        return fields is null || fields[0] is "Z" or "X" ? null : fields[19];
    }

    private static string? ReadFirstLine(string path)
    {
        try
        {
            return File.ReadLines(path).FirstOrDefault();
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }
}
