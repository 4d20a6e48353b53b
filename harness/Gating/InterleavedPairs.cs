using System.Threading.Channels;
using LT2.Eval.Harness.Execution;
using LT2.Eval.Harness.Timing;
using LT2.Eval.Results.Gating;
using LT2.Eval.Results.Records;

namespace LT2.Eval.Harness.Gating;

/// <summary>Measures two sides interleaved on this host: each pair is one fresh process of either side on one device, and which goes first alternates.</summary>
internal sealed class InterleavedPairs
{
    private readonly ITimingProcess baseline;
    private readonly ITimingProcess candidate;
    private readonly Action<string> message;
    private readonly Channel<string> free = Channel.CreateUnbounded<string>();
    private readonly bool isAlone;

    /// <summary>Measures nothing yet.</summary>
    /// <param name="baseline">Starts the baseline side.</param>
    /// <param name="candidate">Starts the candidate side.</param>
    /// <param name="devices">Each carries out a pair at a time; both sides of a pair share it.</param>
    /// <param name="message">Receives progress, and why something could not be measured; from several threads where there are several devices.</param>
    public InterleavedPairs(ITimingProcess baseline, ITimingProcess candidate, IReadOnlyList<string> devices, Action<string> message)
    {
        (this.baseline, this.candidate, this.message, isAlone) = (baseline, candidate, message, devices.Count == 1);
        foreach (var device in devices)
        {
            free.Writer.TryWrite(device);
        }
    }

    /// <summary>Measures pairs, each as soon as a device is free; null, with a message, where one cannot be measured.</summary>
    /// <param name="title">What is measured, for people.</param>
    /// <param name="request">What each process measures; its device gives way to the pair's.</param>
    /// <param name="places">Which of the pairs these are; an even one begins with the baseline.</param>
    /// <param name="of">How many there are in all.</param>
    /// <param name="hostClasses">Classes of hosts that may answer; none where any may. On another the first pair is the last.</param>
    /// <param name="measured">Receives each pair when it ends.</param>
    /// <param name="cancellation">Cancellation.</param>
    public async Task<IReadOnlyList<SidePair>?> MeasureAsync(
        string title, TimingRequest request, IEnumerable<int> places, int of, IReadOnlyList<string> hostClasses, Action<SidePair> measured, CancellationToken cancellation)
    {
        var isBroken = false;
        var pairs = await Task.WhenAll(places.Select(PairAsync)).ConfigureAwait(false);
        return isBroken ? null : [.. pairs.Select(pair => pair!)];

        async Task<SidePair?> PairAsync(int place)
        {
            var device = await free.Reader.ReadAsync(cancellation).ConfigureAwait(false);
            try
            {
                if (Volatile.Read(ref isBroken))
                {
                    return null;
                }

                message($"Confirming {title}: pair {place + 1} of {of}{(isAlone ? "" : $", on {device}")}");
                var pair = await Task.Run(() => Pair(place, request with { Device = device }, cancellation), cancellation).ConfigureAwait(false);
                measured(pair);
                if (hostClasses.Count == 0 || hostClasses.Contains(pair.Candidate.HostClass))
                {
                    return pair;
                }

                Break($"the series is of host class '{string.Join("' or '", hostClasses)}', this host is '{pair.Candidate.HostClass}'. Run the gate on the host that measured.");
                return null;
            }
            catch (Exception error) when (error is InvalidOperationException or OutOfMemoryException or System.ComponentModel.Win32Exception or System.Text.Json.JsonException)
            {
                Break(error.Message);
                return null;
            }
            finally
            {
                free.Writer.TryWrite(device);
            }
        }

        void Break(string why)
        {
            if (!Interlocked.Exchange(ref isBroken, true))
            {
                message($"Not confirmed: {why}");
            }
        }
    }

    /// <summary>The pairs of one series; null, with a message, where they are of several classes of hosts or a side did not measure it.</summary>
    /// <param name="sides">What either side measured.</param>
    /// <param name="key">The series.</param>
    /// <param name="message">Receives why there are none.</param>
    public static IReadOnlyList<ConfirmationPair>? Of(IReadOnlyList<SidePair> sides, SeriesKey key, Action<string> message)
    {
        var hostClass = sides[0].Baseline.HostClass;
        if (sides.SelectMany(pair => new[] { pair.Baseline.HostClass, pair.Candidate.HostClass }).FirstOrDefault(host => host != hostClass) is { } other)
        {
            message($"Not confirmed: some pairs are of host class '{hostClass}', others of '{other}'. Name devices of one model with --devices, or --measure-again.");
            return null;
        }

        var pairs = sides.Select(pair => (Baseline: Value(pair.Baseline, key), Candidate: Value(pair.Candidate, key), pair.KeptUtc)).ToList();
        if (pairs.Exists(pair => pair.Baseline is not > 0 || pair.Candidate is not > 0))
        {
            message($"Not confirmed: a side could not measure {SeriesTitle.Of(key)}.");
            return null;
        }

        return [.. pairs.Select(pair => new ConfirmationPair(pair.Baseline!.Value, pair.Candidate!.Value, pair.KeptUtc, hostClass))];
    }

    private SidePair Pair(int place, TimingRequest request, CancellationToken cancellation)
    {
        if (place % 2 == 0)
        {
            var before = baseline.Run(request, cancellation);
            return new(Side(before), Side(candidate.Run(request, cancellation)));
        }

        var after = candidate.Run(request, cancellation);
        return new(Side(baseline.Run(request, cancellation)), Side(after));
    }

    private static KeptSide Side(TimingReport report) => new(report.HostClass, [.. report.Measurements
        .Where(item => item.Outcome == "finished")
        .Select(item => new KeptValue(item.Phase, item.SequenceLength, MathNet.Numerics.Statistics.Statistics.Median(item.UsableMilliseconds()), item.PeakMemoryBytes))]);

    private static double? Value(KeptSide side, SeriesKey key)
    {
        var item = side.Values.FirstOrDefault(item => item.Phase == key.Phase && item.SequenceLength == key.SequenceLength);
        return key.Metric == TimeRecords.PeakMemory ? item?.PeakMemoryBytes : item?.Milliseconds;
    }
}
