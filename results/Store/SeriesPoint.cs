using LT2.Eval.Results.Records;

namespace LT2.Eval.Results.Store;

/// <summary>One night of a series.</summary>
/// <param name="Run">The run.</param>
/// <param name="Metric">What it measured.</param>
public sealed record SeriesPoint(RunRecord Run, MetricRecord Metric);
