namespace LT2.Eval.Results.Gating;

/// <summary>Settings of a comparison.</summary>
/// <param name="Alpha">Level of its tests, after Holm's correction within a family.</param>
/// <param name="TimeFloor">Smallest relative change of a time that matters.</param>
/// <param name="MemoryFloor">Smallest relative change of memory that matters.</param>
/// <param name="MemoryFloorBytes">Smallest change of memory in bytes that matters; the larger of the two counts.</param>
/// <param name="TaintedShare">Share of a time's blocks that may have run under throttling or load; beyond it there is no verdict.</param>
/// <param name="Seed">Seed of resampled p-values.</param>
public sealed record ComparisonOptions(
    double Alpha = 0.05, double TimeFloor = 0.02, double MemoryFloor = 0.01, long MemoryFloorBytes = 64L << 20, double TaintedShare = 0.1, ulong Seed = 1)
{
    /// <summary>Smallest change of memory that matters beside a baseline, in bytes.</summary>
    internal double MemoryFloorAt(double baselineBytes) => Math.Max(MemoryFloor * baselineBytes, MemoryFloorBytes);
}
