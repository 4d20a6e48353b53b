using LT2.Eval.Results.Statistics;

namespace LT2.Eval.Results.Claims;

/// <summary>A claim beside what was measured.</summary>
/// <param name="Claim">The claim.</param>
/// <param name="Verdict">The verdict.</param>
/// <param name="Effect">Mean of the contrast over repeats; null when there is none.</param>
/// <param name="Interval">Its 95 % interval; null below three repeats.</param>
/// <param name="Repeats">The contrast of each training seed, or of each timing process, in ascending order of their numbers.</param>
/// <param name="TermMeans">Mean of each term's value over the repeats, in the order of the terms; NaN where there is none.</param>
/// <param name="Missing">What is missing, in words.</param>
/// <param name="DeviceSeconds">Device time of the cells whose values the claim uses and of those they depend on; where that was not recorded, their wall time.</param>
public sealed record ClaimFinding(
    ClaimDefinition Claim,
    ClaimVerdict Verdict,
    double? Effect,
    Interval? Interval,
    IReadOnlyList<ClaimRepeat> Repeats,
    IReadOnlyList<double> TermMeans,
    IReadOnlyList<string> Missing,
    double DeviceSeconds);
