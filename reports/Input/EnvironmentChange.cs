namespace LT2.Eval.Reports.Input;

/// <summary>A run whose machine or settings differ from the run before it.</summary>
/// <param name="RunId">The run.</param>
/// <param name="StartedUtc">Start of the run.</param>
/// <param name="Differences">Facts that changed: <c>name: before → after</c>.</param>
public sealed record EnvironmentChange(string RunId, DateTimeOffset StartedUtc, IReadOnlyList<string> Differences);
