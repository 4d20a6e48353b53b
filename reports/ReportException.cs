namespace LT2.Eval.Reports;

/// <summary>A report that cannot be made, with what to do about it.</summary>
/// <param name="message">What happened, where, and what to do.</param>
public sealed class ReportException(string message) : Exception(message);
