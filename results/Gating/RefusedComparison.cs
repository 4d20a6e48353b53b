using LT2.Eval.Results.Records;

namespace LT2.Eval.Results.Gating;

/// <summary>A series that could not be compared.</summary>
/// <param name="Key">The series.</param>
/// <param name="InBaseline">It is in the baseline.</param>
/// <param name="InCandidate">It is in the candidate.</param>
/// <param name="Reason">Why it could not be compared.</param>
/// <param name="IsHarmless">The baseline has nothing there that the candidate could have lost.</param>
public sealed record RefusedComparison(SeriesKey Key, bool InBaseline, bool InCandidate, string Reason, bool IsHarmless = false);
