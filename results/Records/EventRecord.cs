namespace LT2.Eval.Results.Records;

/// <summary>Something that happened in a run and is worth a line: resumed, fell back to eager, reused a checkpoint.</summary>
/// <param name="OccurredUtc">When.</param>
/// <param name="CellId">Cell it concerns; null for the run.</param>
/// <param name="Severity"><c>info</c>, <c>warning</c> or <c>error</c>.</param>
/// <param name="Message">One sentence.</param>
public sealed record EventRecord(DateTimeOffset OccurredUtc, string? CellId, string Severity, string Message);
