namespace LT2.Eval.Results.Gating;

/// <summary>One interleaved pair as a line of <see cref="KeptPairs"/>.</summary>
/// <param name="SchemaVersion">Version of this format.</param>
/// <param name="BaselineBuild">Build of the baseline side.</param>
/// <param name="CandidateBuild">Build of the candidate side.</param>
/// <param name="What">What both measured: the cell's id, with phase and length where it is one part of the cell, and <c>memory</c> where it is memory.</param>
/// <param name="Title">The same for people.</param>
/// <param name="MeasuredUtc">When the pair ended.</param>
/// <param name="Baseline">What the baseline build measured.</param>
/// <param name="Candidate">What the candidate build measured.</param>
public sealed record KeptPair(
    int SchemaVersion, string BaselineBuild, string CandidateBuild, string What, string Title, DateTimeOffset MeasuredUtc, KeptSide Baseline, KeptSide Candidate)
{
    /// <summary>The version that this program writes and reads.</summary>
    public const int CurrentSchemaVersion = 1;
}

/// <summary>One side of a pair: what one fresh process measured.</summary>
/// <param name="HostClass">GPU model and count, or CPU model and threads.</param>
/// <param name="Values">One a phase and length that was measured to its end.</param>
public sealed record KeptSide(string HostClass, IReadOnlyList<KeptValue> Values);

/// <summary>One phase at one length.</summary>
/// <param name="Phase">prefill or decode.</param>
/// <param name="SequenceLength">Tokens read, or in the context.</param>
/// <param name="Milliseconds">Median of the usable blocks.</param>
/// <param name="PeakMemoryBytes">Peak memory; null where it was not asked for.</param>
public sealed record KeptValue(string Phase, int SequenceLength, double Milliseconds, long? PeakMemoryBytes);
