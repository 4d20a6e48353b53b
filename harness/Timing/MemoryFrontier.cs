using LT2.Eval.Models.Runtime;

namespace LT2.Eval.Harness.Timing;

/// <summary>Up to how many tokens a phase fits the memory.</summary>
/// <param name="Phase">prefill or decode.</param>
/// <param name="LongestTokens">The longest length that ran; 0 where not even the first did.</param>
/// <param name="ShortestTooLong">The shortest length that ran out of memory; null where the search's own end was reached first.</param>
/// <param name="PeakMemoryBytes">Peak memory of the longest that ran; null where it cannot be read.</param>
public sealed record MemoryFrontierPoint(string Phase, int LongestTokens, int? ShortestTooLong, long? PeakMemoryBytes);

/// <summary>
/// Finds where a phase runs out of memory: doubles the length from the longest one that is timed until a probe fails, then halves the gap until it is a sixteenth of the
/// length. Each probe is a process of its own (<see cref="MemoryProbe"/>), so a failure leaves nothing behind.
/// </summary>
internal static class MemoryFrontier
{
    private const int Share = 16;

    /// <summary>One point a phase; none where the request asks for none.</summary>
    /// <param name="request">Phases, lengths and the limit of the search.</param>
    /// <param name="probe">Runs a request of one phase and one length.</param>
    public static IReadOnlyList<MemoryFrontierPoint>? Find(TimingRequest request, Func<TimingRequest, TimingReport> probe) =>
        request.FrontierLimit is { } limit ? [.. request.Phases.Select(phase => Find(request, phase, limit, probe))] : null;

    private static MemoryFrontierPoint Find(TimingRequest request, string phase, int limit, Func<TimingRequest, TimingReport> probe)
    {
        var (longest, peak, failed) = (0, (long?)null, (int?)null);
        for (var length = Math.Min(request.Lengths.Max(), limit); ; length = Next(longest, failed, limit))
        {
            var measured = Probe(request with { Phases = [phase], Lengths = [length], MemoryLengths = null, FrontierLimit = null }, probe);
            if (measured is { Outcome: "finished" }) (longest, peak) = (length, measured.PeakMemoryBytes);
            else failed = length;
            if (longest == limit || failed - longest <= Math.Max(1, longest / Share)) return new MemoryFrontierPoint(phase, longest, failed, peak);
        }
    }

    private static int Next(int longest, int? failed, int limit) => failed is { } tooLong ? longest + (tooLong - longest) / 2 : (int)Math.Min(2L * longest, limit);

    /// <summary>Null where memory ran out in a way that leaves no report.</summary>
    /// <exception cref="InvalidOperationException">The phase cannot run here for another reason.</exception>
    private static TimingMeasurement? Probe(TimingRequest request, Func<TimingRequest, TimingReport> probe)
    {
        try
        {
            var measured = probe(request).Measurements[0];
            return measured.Outcome == "unsupported" ? throw new InvalidOperationException($"{request.VariantId} cannot run {measured.Phase} at {measured.SequenceLength} tokens: {measured.Reason}") : measured;
        }
        catch (Exception error) when (OutOfMemory.Is(error))
        {
            return null;
        }
    }
}
