namespace LT2.Eval.Reports.Input;

/// <summary>A run that was accepted as the baseline.</summary>
/// <param name="RunId">The run.</param>
/// <param name="AcceptedUtc">When it was accepted.</param>
/// <param name="AcceptedBy">Who accepted it; null when unknown.</param>
/// <param name="Reason">Why.</param>
public sealed record PinMark(string RunId, DateTimeOffset AcceptedUtc, string? AcceptedBy, string Reason);
