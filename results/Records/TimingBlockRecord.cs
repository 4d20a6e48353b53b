namespace LT2.Eval.Results.Records;

/// <summary>One timed block: several iterations between two synchronisations.</summary>
/// <param name="CellId">Its cell.</param>
/// <param name="Phase">prefill, decode or train.</param>
/// <param name="SequenceLength">Tokens read (prefill, train) or already in the context (decode).</param>
/// <param name="LoopCount">Loops carried out.</param>
/// <param name="BatchSize">Sequences.</param>
/// <param name="ProcessIndex">Which fresh process, from 0.</param>
/// <param name="BlockIndex">Which block of it, from 0.</param>
/// <param name="Iterations">Iterations in the block.</param>
/// <param name="MillisecondsPerIteration">Mean of the block.</param>
/// <param name="IsTainted">The block ran under throttling or load; values leave it out where its process has other blocks (<see cref="UsableBlocks"/>).</param>
/// <param name="ClockMegahertz">Clock of the device's multiprocessors at the block's end; null when unknown.</param>
/// <param name="TemperatureCelsius">Temperature of the device; null when unknown.</param>
/// <param name="PowerWatts">Power drawn by the device; null when unknown.</param>
/// <param name="ThrottleReason">What slowed the device down; null when nothing did or it is unknown.</param>
public sealed record TimingBlockRecord(
    string CellId,
    string Phase,
    int SequenceLength,
    int LoopCount,
    int BatchSize,
    int ProcessIndex,
    int BlockIndex,
    int Iterations,
    double MillisecondsPerIteration,
    bool IsTainted = false,
    double? ClockMegahertz = null,
    double? TemperatureCelsius = null,
    double? PowerWatts = null,
    string? ThrottleReason = null);
