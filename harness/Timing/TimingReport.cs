namespace LT2.Eval.Harness.Timing;

/// <summary>What one fresh process measured.</summary>
/// <param name="HostClass">GPU model and count, or CPU model and threads.</param>
/// <param name="KernelSelection">Which kernels ran.</param>
/// <param name="Measurements">One a phase and length, in the order measured.</param>
public sealed record TimingReport(string HostClass, string KernelSelection, IReadOnlyList<TimingMeasurement> Measurements)
{
    /// <summary>What the GPU does at most; null on the CPU, and where memory left no room to measure it.</summary>
    public RateLimits? Limits { get; init; }

    /// <summary>Where each phase runs out of memory; null where it was not asked for.</summary>
    public IReadOnlyList<MemoryFrontierPoint>? Frontier { get; init; }
}

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
    /// <summary>A measurement from its blocks.</summary>
    public static TimingMeasurement Of(string phase, int length, BlockTimes times) =>
        new(phase, length, "finished", null, times.Iterations, times.BlockMilliseconds, null) { Conditions = times.Conditions };

    /// <summary>What the host did during each block; null where nobody watched, as in builds from before this was recorded.</summary>
    public IReadOnlyList<BlockCondition>? Conditions { get; init; }

    /// <summary>The blocks that a value stands on: those that are not tainted, or all of them when every one is.</summary>
    public IReadOnlyList<double> UsableMilliseconds()
    {
        var clean = BlockMilliseconds.Where((_, block) => Conditions?[block].IsTainted != true).ToList();
        return clean.Count > 0 ? clean : BlockMilliseconds;
    }

    /// <summary>Energy of an iteration, the whole board's (<see cref="EnergyMeter"/>); null where nothing counts it.</summary>
    public double? JoulesAnIteration { get; init; }

    /// <summary>Bytes that an iteration must move (<see cref="Models.Looping.PassCost"/>); null where time goes to operations.</summary>
    public double? BytesAnIteration { get; init; }

    /// <summary>Operations of an iteration's products with weights; null where time goes to bytes.</summary>
    public double? OperationsAnIteration { get; init; }

    /// <summary>How decode steps ran: <c>CUDA graph</c>, or eagerly and why; null for prefill and off CUDA.</summary>
    public string? Execution { get; init; }
}
