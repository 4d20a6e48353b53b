namespace LT2.Eval.Harness.Timing;

/// <summary>What one fresh process measured.</summary>
/// <param name="HostClass">GPU model and count, or CPU model and threads.</param>
/// <param name="KernelSelection">Which kernels ran.</param>
/// <param name="Measurements">One a phase and length, in the order measured.</param>
public sealed record TimingReport(string HostClass, string KernelSelection, IReadOnlyList<TimingMeasurement> Measurements);

/// <summary>One phase at one length.</summary>
/// <param name="Phase">prefill or decode.</param>
/// <param name="SequenceLength">Tokens read, or in the context.</param>
/// <param name="Outcome"><c>finished</c>, <c>outOfMemory</c> or <c>unsupported</c>.</param>
/// <param name="Reason">Why, when not finished.</param>
/// <param name="Iterations">Iterations in each block.</param>
/// <param name="BlockMilliseconds">Mean milliseconds an iteration, one entry a block.</param>
/// <param name="PeakMemoryBytes">Peak memory from outside the allocator, of a process of its own; null where it was not asked for or cannot be read.</param>
public sealed record TimingMeasurement(
    string Phase,
    int SequenceLength,
    string Outcome,
    string? Reason,
    int Iterations,
    IReadOnlyList<double> BlockMilliseconds,
    long? PeakMemoryBytes)
{
    /// <summary>Energy of an iteration, the whole board's (<see cref="EnergyMeter"/>); null where nothing counts it.</summary>
    public double? JoulesAnIteration { get; init; }

    /// <summary>How decode steps ran: <c>CUDA graph</c>, or eagerly and why; null for prefill and off CUDA.</summary>
    public string? Execution { get; init; }
}
