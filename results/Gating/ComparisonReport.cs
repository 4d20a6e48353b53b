using LT2.Eval.Results.Records;

namespace LT2.Eval.Results.Gating;

/// <summary>Two runs side by side.</summary>
/// <param name="Baseline">Baseline run.</param>
/// <param name="Candidate">Candidate run.</param>
/// <param name="Rows">What could be compared: worst first.</param>
/// <param name="Refused">What could not, with the reason, one sentence each.</param>
/// <param name="EnvironmentDifferences">Facts of machine and settings that differ: name, baseline's and candidate's value.</param>
public sealed record ComparisonReport(
    RunRecord Baseline,
    RunRecord Candidate,
    IReadOnlyList<MetricComparison> Rows,
    IReadOnlyList<RefusedComparison> Refused,
    IReadOnlyList<(string Name, string? Baseline, string? Candidate)> EnvironmentDifferences);
