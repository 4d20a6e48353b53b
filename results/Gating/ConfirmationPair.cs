namespace LT2.Eval.Results.Gating;

/// <summary>One interleaved pair: both builds measured one right after the other on this host.</summary>
/// <param name="Baseline">Value of the baseline build, in the series' unit.</param>
/// <param name="Candidate">Value of the candidate build.</param>
/// <param name="KeptUtc">When an earlier gate measured it; null for just now.</param>
/// <param name="HostClass">Class of the host that measured it, if that is known.</param>
public sealed record ConfirmationPair(double Baseline, double Candidate, DateTimeOffset? KeptUtc = null, string? HostClass = null);
