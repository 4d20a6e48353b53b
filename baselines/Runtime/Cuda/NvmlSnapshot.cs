namespace LT2.Eval.Models.Runtime.Cuda;

/// <summary>A GPU's state at one moment. A value the GPU does not report is null.</summary>
/// <param name="PowerWatts">Drawn now.</param>
/// <param name="PowerLimitWatts">What it may draw.</param>
/// <param name="EnergyJoules">Since the driver was loaded; take differences.</param>
/// <param name="MultiprocessorClockMegahertz">Clock of the multiprocessors now.</param>
/// <param name="MaximumMultiprocessorClockMegahertz">The highest one.</param>
/// <param name="MemoryClockMegahertz">Clock of the memory now.</param>
/// <param name="TemperatureCelsius">Of the chip.</param>
/// <param name="UsedBytes">Memory in use by all processes.</param>
/// <param name="TotalBytes">The GPU's memory.</param>
/// <param name="ThrottleReasons">Why clocks are lower than they could be; empty where nothing holds them back.</param>
public sealed record NvmlSnapshot(
    double? PowerWatts, double? PowerLimitWatts, double? EnergyJoules, int? MultiprocessorClockMegahertz, int? MaximumMultiprocessorClockMegahertz,
    int? MemoryClockMegahertz, int? TemperatureCelsius, long? UsedBytes, long? TotalBytes, IReadOnlyList<string> ThrottleReasons);
