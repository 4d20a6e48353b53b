using System.Globalization;

namespace LT2.Eval.Harness.Timing;

/// <summary>How long this process' threads have stood in a run queue, ready and without a CPU: Linux counts it for each thread in <c>schedstat</c>.</summary>
internal static class SchedulerWaits
{
    private const string Tasks = "/proc/self/task";

    /// <summary>Nanoseconds waited by each thread since it began; null where the kernel does not count.</summary>
    public static IReadOnlyDictionary<string, long>? Read()
    {
        try
        {
            var waits = new Dictionary<string, long>(StringComparer.Ordinal);
            foreach (var task in Directory.EnumerateDirectories(Tasks))
            {
                if (Waited(task) is { } nanoseconds)
                {
                    waits[task] = nanoseconds;
                }
            }

            return waits.Count == 0 ? null : waits;
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    /// <summary>The longest wait of one thread between two readings; a thread that began in between counts from its beginning.</summary>
    public static TimeSpan? Longest(IReadOnlyDictionary<string, long>? before, IReadOnlyDictionary<string, long>? after) => before is null || after is null
        ? null
        : TimeSpan.FromMicroseconds(after.Max(thread => thread.Value - before.GetValueOrDefault(thread.Key)) / 1e3);

    // Three numbers: nanoseconds on a CPU, nanoseconds in the queue, times on a CPU. A thread may end while it is read.
    private static long? Waited(string task)
    {
        try
        {
            return File.ReadAllText(Path.Combine(task, "schedstat")).Split(' ') is [_, var waited, ..]
                && long.TryParse(waited, NumberStyles.None, CultureInfo.InvariantCulture, out var nanoseconds) ? nanoseconds : null;
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }
}
