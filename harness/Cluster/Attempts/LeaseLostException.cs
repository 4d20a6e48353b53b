namespace LT2.Eval.Harness.Cluster.Attempts;

/// <summary>Another attempt took the cell over, because this one was silent for too long: whatever it has does not count.</summary>
public sealed class LeaseLostException(string message) : Exception(message);
