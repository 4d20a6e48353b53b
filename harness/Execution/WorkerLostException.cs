namespace LT2.Eval.Harness.Execution;

/// <summary>A worker process ended in the middle of a cell; the message says how.</summary>
public sealed class WorkerLostException(string message) : Exception(message);
