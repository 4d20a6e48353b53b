namespace LT2.Eval.Harness.Execution;

/// <summary>Tells a recordable outcome from a bug.</summary>
public static class DeviceErrors
{
    /// <summary>Whether an exception says that memory of the host or the device ran out.</summary>
    public static bool IsOutOfMemory(Exception error)
        => error is OutOfMemoryException
        || error.Message.Contains("out of memory", StringComparison.OrdinalIgnoreCase)
        || error.Message.Contains("can't allocate memory", StringComparison.OrdinalIgnoreCase)
        || error.Message.Contains("not enough memory", StringComparison.OrdinalIgnoreCase);
}
