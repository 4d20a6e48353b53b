namespace LT2.Eval.Harness.Timing;

/// <summary>What the host and the device did during one timed block. A value that cannot be read is null.</summary>
/// <param name="IsTainted">Something slowed the block down that is not its own work (<see cref="BlockTaint"/>).</param>
/// <param name="ThrottleReason">What held it back; null when nothing did.</param>
/// <param name="ClockMegahertz">Clock of the GPU's multiprocessors at the block's end.</param>
/// <param name="TemperatureCelsius">Temperature of the GPU.</param>
/// <param name="PowerWatts">Power drawn by the GPU.</param>
public sealed record BlockCondition(
    bool IsTainted, string? ThrottleReason, double? ClockMegahertz = null, double? TemperatureCelsius = null, double? PowerWatts = null);
