using LT2.Eval.Harness.Execution;
using LT2.Eval.Harness.Plans;
using LT2.Eval.Harness.Timing;
using LT2.Eval.Models.Checkpoints;
using LT2.Eval.Results.Gating;
using LT2.Eval.Results.Records;

namespace LT2.Eval.Harness.Gating;

/// <summary>Measures two checkpoints interleaved on this host, at the loop counts, phases and lengths of a plan's timings.</summary>
public sealed class CheckpointPairs : IConfirmationRunner
{
    private readonly InterleavedPairs interleaved;
    private readonly Action<string> message;
    private readonly Dictionary<(string Group, int Pairs), Task<IReadOnlyList<SidePair>?>> asked = [];
    private readonly Dictionary<SeriesKey, (string Group, string Title, TimingRequest Request)> series = [];

    /// <summary>Lists what is to be measured; measures nothing yet.</summary>
    /// <param name="plan">The plan.</param>
    /// <param name="candidate">What the candidate says of itself.</param>
    /// <param name="device">Name of the device.</param>
    /// <param name="baselineProcess">Times the baseline.</param>
    /// <param name="candidateProcess">Times the candidate.</param>
    /// <param name="message">Receives progress, and why something could not be measured.</param>
    public CheckpointPairs(
        PlanDefinition plan, CheckpointMetadata candidate, string device, ITimingProcess baselineProcess, ITimingProcess candidateProcess, Action<string> message)
    {
        this.message = message;
        interleaved = new InterleavedPairs(baselineProcess, candidateProcess, [device], message);
        foreach (var timing in plan.Timings)
        {
            foreach (var loopCount in timing.LoopCounts)
            {
                var request = new TimingRequest(
                    candidate.Definition.VariantId, loopCount, candidate.Definition.VocabularySize, timing.Phases, timing.Lengths, timing.BatchSize, timing.BlockCount,
                    timing.MinimumBlockMilliseconds, plan.Dtype, device, plan.ThreadCount);
                foreach (var (phase, length) in timing.Phases.SelectMany(phase => timing.Lengths.Select(length => (phase, length))))
                {
                    SeriesKey Key(string metric) => new(
                        TimeRecords.Suite, TimeRecords.SuiteVersion, phase, "", 0, null, null, metric, null, request.VariantId, null, candidate.TrainedLoopCount, loopCount, plan.Dtype,
                        timing.BatchSize, phase, length);
                    var title = $"time {request.VariantId} T′={loopCount} of both checkpoints";
                    series[Key(TimeRecords.Latency)] = ($"{timing.Name} {loopCount}", title, request);
                    if (timing.MemoryLengths?.Contains(length) ?? true)
                    {
                        // Probes are processes of their own, so the times of the same process are made as short as they can be.
                        series[Key(TimeRecords.PeakMemory)] = ($"{timing.Name} {loopCount} memory", $"memory of {title}", request with
                        {
                            BlockCount = 1, MinimumBlockMilliseconds = 0, MemoryLengths = timing.MemoryLengths ?? timing.Lengths,
                        });
                    }
                }
            }
        }
    }

    /// <summary>The times that can be measured.</summary>
    public IReadOnlyList<SeriesKey> Times => [.. series.Keys.Where(key => key.Metric == TimeRecords.Latency)];

    /// <summary>The peak memories that can be measured.</summary>
    public IReadOnlyList<SeriesKey> Memory => [.. series.Keys.Where(key => key.Metric == TimeRecords.PeakMemory)];

    /// <inheritdoc />
    public async Task<IReadOnlyList<ConfirmationPair>?> MeasureAsync(SeriesKey key, int pairs, CancellationToken cancellation)
    {
        if (!series.TryGetValue(key, out var item))
        {
            return null;
        }

        if (!asked.TryGetValue((item.Group, pairs), out var sides))
        {
            asked[(item.Group, pairs)] = sides = interleaved.MeasureAsync(item.Title, item.Request, Enumerable.Range(0, pairs), pairs, [], _ => { }, cancellation);
        }

        return await sides.ConfigureAwait(false) is { } measured ? InterleavedPairs.Of(measured, key, message) : null;
    }
}
