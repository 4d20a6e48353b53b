namespace LT2.Eval.Results.Statistics;

/// <summary>A value with its standard error.</summary>
/// <param name="Value">The value; null when nothing was measured or a sample failed.</param>
/// <param name="StandardError">Its standard error; null with fewer than two clusters.</param>
/// <param name="SampleCount">Samples behind it.</param>
/// <param name="ClusterCount">Clusters behind it; equals the samples where they stand alone.</param>
public sealed record MetricEstimate(double? Value, double? StandardError, long SampleCount, long ClusterCount);
