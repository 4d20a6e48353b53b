namespace LT2.Eval.Reports;

/// <summary>A report that cannot be made, with what to do about it.</summary>
/// <param name="message">What happened, where, and what to do.</param>
/// <param name="inner">What caused it; null for nothing.</param>
public sealed class ReportException(string message, Exception? inner = null) : Exception(message, inner)
{
    internal static ReportException NotWritten(string path, Exception error) =>
        new($"The report cannot be written to '{path}': {error.Message} Free some space or name another place (--out DIR, --single-file FILE); the records are unchanged.", error);
}
