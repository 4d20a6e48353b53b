using LT2.Eval.Harness.Execution;
using LT2.Eval.Harness.Timing;
using LT2.Eval.Results.Gating;
using LT2.Eval.Results.Records;

namespace LT2.Eval.Harness.Gating;

/// <summary>Measures two sides interleaved on this host: each pair is one fresh process of either side, and which goes first alternates.</summary>
/// <param name="baseline">Starts the baseline side.</param>
/// <param name="candidate">Starts the candidate side.</param>
/// <param name="message">Receives progress, and why something could not be measured.</param>
internal sealed class InterleavedPairs(ITimingProcess baseline, ITimingProcess candidate, Action<string> message)
{
    private readonly Dictionary<string, List<(TimingReport Baseline, TimingReport Candidate)>?> measured = new(StringComparer.Ordinal);

    /// <summary>Pairs of one series; null, with a message, where they cannot be measured.</summary>
    /// <param name="id">What is measured together; the same id is measured once.</param>
    /// <param name="title">The same for people.</param>
    /// <param name="request">What each process measures.</param>
    /// <param name="key">The series wanted of it.</param>
    /// <param name="pairs">Pairs.</param>
    /// <param name="cancellation">Cancellation.</param>
    public IReadOnlyList<ConfirmationPair>? Measure(string id, string title, TimingRequest request, SeriesKey key, int pairs, CancellationToken cancellation)
    {
        if (!measured.TryGetValue(id, out var reports))
        {
            measured[id] = reports = Measure(title, request, pairs, cancellation);
        }

        return reports is null ? null : Pairs(reports, key);
    }

    private List<(TimingReport Baseline, TimingReport Candidate)>? Measure(string title, TimingRequest request, int pairs, CancellationToken cancellation)
    {
        var reports = new List<(TimingReport, TimingReport)>();
        for (var pair = 0; pair < pairs; pair++)
        {
            message($"Confirming {title}: pair {pair + 1} of {pairs}");
            try
            {
                if (pair % 2 == 0)
                {
                    var before = baseline.Run(request, cancellation);
                    reports.Add((before, candidate.Run(request, cancellation)));
                }
                else
                {
                    var after = candidate.Run(request, cancellation);
                    reports.Add((baseline.Run(request, cancellation), after));
                }
            }
            catch (Exception error) when (error is InvalidOperationException or OutOfMemoryException or System.ComponentModel.Win32Exception or System.Text.Json.JsonException)
            {
                message($"Not confirmed: {error.Message}");
                return null;
            }
        }

        return reports;
    }

    private List<ConfirmationPair>? Pairs(List<(TimingReport Baseline, TimingReport Candidate)> reports, SeriesKey key)
    {
        // A series that was never stored is of whatever host this is.
        var expected = key.HostClass ?? reports[0].Baseline.HostClass;
        if (reports.Select(pair => pair.Candidate.HostClass).Concat(reports.Select(pair => pair.Baseline.HostClass)).FirstOrDefault(host => host != expected) is { } other)
        {
            message($"Not confirmed: the series is of host class '{expected}', this host is '{other}'. Run the gate on the host that measured.");
            return null;
        }

        var pairs = reports.Select(pair => (Baseline: Value(pair.Baseline, key), Candidate: Value(pair.Candidate, key))).ToList();
        if (pairs.Exists(pair => pair.Baseline is not > 0 || pair.Candidate is not > 0))
        {
            message($"Not confirmed: a side could not measure {SeriesTitle.Of(key)}.");
            return null;
        }

        return [.. pairs.Select(pair => new ConfirmationPair(pair.Baseline!.Value, pair.Candidate!.Value))];
    }

    private static double? Value(TimingReport report, SeriesKey key)
    {
        var item = report.Measurements.FirstOrDefault(item => item.Phase == key.Phase && item.SequenceLength == key.SequenceLength);
        return item is not { Outcome: "finished" } ? null
            : key.Metric == TimeRecords.PeakMemory ? item.PeakMemoryBytes
            : MathNet.Numerics.Statistics.Statistics.Median(item.UsableMilliseconds());
    }
}
