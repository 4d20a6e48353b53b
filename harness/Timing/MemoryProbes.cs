using LT2.Eval.Models.Runtime;

namespace LT2.Eval.Harness.Timing;

/// <summary>Peak memory of everything that is timed, each from a fresh process of its own (<see cref="MemoryProbe"/>).</summary>
internal static class MemoryProbes
{
    /// <summary>Peak bytes by phase and length; null where the probe did not finish.</summary>
    /// <param name="request">What is timed.</param>
    /// <param name="probe">Runs a request of one phase and one length.</param>
    public static IReadOnlyDictionary<(string Phase, int Length), long?> Run(TimingRequest request, Func<TimingRequest, TimingReport> probe)
        => (request.MemoryLengths ?? []).SelectMany(length => request.Phases.Select(phase => (phase, length))).ToDictionary(part => part, part =>
        {
            try
            {
                return probe(request with { Phases = [part.phase], Lengths = [part.length], MemoryLengths = null }).Measurements[0].PeakMemoryBytes;
            }
            catch (Exception error) when (OutOfMemory.Is(error))
            {
                return null;
            }
        });

    /// <summary>A report with those peaks.</summary>
    public static TimingReport Merge(TimingReport report, IReadOnlyDictionary<(string Phase, int Length), long?> peaks) => report with
    {
        Measurements = [.. report.Measurements.Select(item => item with { PeakMemoryBytes = peaks.GetValueOrDefault((item.Phase, item.SequenceLength)) })],
    };
}
