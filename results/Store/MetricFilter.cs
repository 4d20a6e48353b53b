namespace LT2.Eval.Results.Store;

/// <summary>Which metrics to read; null means every one.</summary>
/// <param name="RunId">Of one run.</param>
/// <param name="CellId">Of one cell.</param>
/// <param name="SuiteId">Of one suite.</param>
/// <param name="TaskId">Of one task.</param>
/// <param name="Metric">Of one name.</param>
/// <param name="VariantId">Of one variant.</param>
/// <param name="Phase">Of one phase of timing.</param>
public sealed record MetricFilter(
    string? RunId = null,
    string? CellId = null,
    string? SuiteId = null,
    string? TaskId = null,
    string? Metric = null,
    string? VariantId = null,
    string? Phase = null);
