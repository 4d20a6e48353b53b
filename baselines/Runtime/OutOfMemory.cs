namespace LT2.Eval.Models.Runtime;

/// <summary>Tells memory that ran out, which is a finding to record, from a mistake. libtorch reports both with one exception type.</summary>
public static class OutOfMemory
{
    // CUDA's allocator; the CPU's; the C library's words for ENOMEM.
    static readonly string[] Signs = ["out of memory", "can't allocate memory", "cannot allocate memory", "not enough memory"];

    /// <summary>Whether an exception says that memory of the host or the device ran out.</summary>
    public static bool Is(Exception error) =>
        error is OutOfMemoryException || Signs.Any(sign => error.Message.Contains(sign, StringComparison.OrdinalIgnoreCase));
}
