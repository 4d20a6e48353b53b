namespace LT2.Eval.Results.Claims;

/// <summary>One weighted value of a claim's contrast.</summary>
/// <param name="Weight">Factor.</param>
/// <param name="VariantId"><c>name@scale</c>.</param>
/// <param name="SuiteId">Suite, or <c>timing</c> or <c>training</c>.</param>
/// <param name="TaskId">Task; null for any of the suite.</param>
/// <param name="Metric">Metric.</param>
/// <param name="Parameters">Case parameters that must have these values; others are free.</param>
/// <param name="TrainedLoopCount">T; null for any, as for times.</param>
/// <param name="TestedLoopCounts">T′; empty for T itself.</param>
/// <param name="Phase">For times: prefill or decode.</param>
/// <param name="SequenceLength">For times: tokens.</param>
/// <param name="Pick">What becomes of several values.</param>
public sealed record ClaimTerm(
    double Weight,
    string VariantId,
    string SuiteId,
    string? TaskId,
    string Metric,
    IReadOnlyDictionary<string, string> Parameters,
    int? TrainedLoopCount,
    IReadOnlyList<int> TestedLoopCounts,
    string? Phase,
    int? SequenceLength,
    ClaimPick Pick);
