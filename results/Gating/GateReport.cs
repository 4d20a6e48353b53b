namespace LT2.Eval.Results.Gating;

/// <summary>The gate's decision with everything behind it.</summary>
/// <param name="Verdict">Decision.</param>
/// <param name="Summary">One sentence: the worst item and the counts.</param>
/// <param name="Findings">Findings, the most serious first.</param>
/// <param name="Comparison">Quality and memory against the pinned run; null when its records are not in the store.</param>
/// <param name="Pin">The pin.</param>
/// <param name="CandidateRunId">Tonight's run.</param>
/// <param name="CheckedSeries">Series that were judged.</param>
public sealed record GateReport(
    GateVerdict Verdict,
    string Summary,
    IReadOnlyList<GateFinding> Findings,
    ComparisonReport? Comparison,
    PinFile Pin,
    string CandidateRunId,
    int CheckedSeries)
{
    /// <summary>Exit code: 0, 1 or 4.</summary>
    public int ExitCode => Verdict switch { GateVerdict.Pass => 0, GateVerdict.Regressed => 1, _ => 4 };
}
