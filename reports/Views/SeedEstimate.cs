namespace LT2.Eval.Reports.Views;

/// <summary>What one training seed gave.</summary>
/// <param name="Seed">Training seed; null where nothing was trained.</param>
/// <param name="Estimate">Value with its sampling interval.</param>
/// <param name="SampleCount">Samples behind it.</param>
/// <param name="ClusterCount">Clusters behind it.</param>
/// <param name="CellId">The cell that measured it.</param>
public sealed record SeedEstimate(long? Seed, Estimate Estimate, long SampleCount, long ClusterCount, string CellId);
