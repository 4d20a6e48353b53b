namespace LT2.Eval.Harness.Plans;

/// <summary>Reports on the caller's thread, in order; the library's <see cref="Progress{T}"/> posts to the thread pool and may come late.</summary>
/// <param name="report">Receives each line.</param>
public sealed class DirectProgress(Action<string> report) : IProgress<string>
{
    /// <inheritdoc />
    public void Report(string value) => report(value);
}
