using LT2.Eval.Results.Gating;

namespace LT2.Eval.Harness.Gating;

/// <summary>What the two processes of a pair measured.</summary>
/// <param name="Baseline">The baseline side.</param>
/// <param name="Candidate">The candidate side.</param>
/// <param name="KeptUtc">When an earlier gate measured it; null for just now.</param>
internal sealed record SidePair(KeptSide Baseline, KeptSide Candidate, DateTimeOffset? KeptUtc = null);
