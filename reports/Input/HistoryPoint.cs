namespace LT2.Eval.Reports.Input;

/// <summary>One run's value in a series.</summary>
/// <param name="RunId">The run.</param>
/// <param name="StartedUtc">Start of the run.</param>
/// <param name="Value">Mean over training seeds; null when it was measured and failed.</param>
/// <param name="StandardError">Standard error; null when unknown.</param>
/// <param name="IsExcluded">Tainted or invalid: drawn hollow, left out of every computation.</param>
public sealed record HistoryPoint(string RunId, DateTimeOffset StartedUtc, double? Value, double? StandardError, bool IsExcluded = false);
