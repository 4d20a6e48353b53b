using System.Text.Json.Nodes;
using LT2.Eval.Harness.Plans;
using LT2.Eval.Harness.Timing;
using LT2.Eval.Results.Gating;
using LT2.Eval.Results.Records;
using LT2.Eval.Results.Store;

namespace LT2.Eval.Harness.Gating;

/// <summary>
/// Measures suspects again on this host with both builds, interleaved: each pair is one fresh process of either build, and which goes first alternates.
/// </summary>
/// <param name="store">Holds the run whose series are suspected.</param>
/// <param name="runId">That run.</param>
/// <param name="baseline">Starts the baseline build.</param>
/// <param name="candidate">Starts this build.</param>
/// <param name="wholeCells">Measure all phases and lengths of a cell at once, when most of them will be asked for.</param>
/// <param name="message">Receives progress, and why something could not be measured.</param>
public sealed class BuildPairs(
    ResultStore store, string runId, ITimingProcess baseline, ITimingProcess candidate, bool wholeCells, Action<string> message) : IConfirmationRunner
{
    private readonly Dictionary<string, List<(TimingReport Baseline, TimingReport Candidate)>?> measured = new(StringComparer.Ordinal);
    private readonly Lazy<IReadOnlyList<MetricRecord>> metrics = new(() => store.Metrics(runId));
    private readonly Lazy<Dictionary<string, CellRecord>> cells = new(() => store.Cells(runId).ToDictionary(cell => cell.CellId, StringComparer.Ordinal));

    /// <inheritdoc />
    public Task<IReadOnlyList<ConfirmationPair>?> MeasureAsync(SeriesKey key, int pairs, CancellationToken cancellation)
    {
        if (metrics.Value.FirstOrDefault(metric => metric.Key == key) is not { } metric || key is not { Phase: { } phase, SequenceLength: { } length })
        {
            return Task.FromResult<IReadOnlyList<ConfirmationPair>?>(null);
        }

        var cell = cells.Value[metric.CellId];
        var isMemory = metric.Kind == MetricKind.Bytes;
        var id = $"{cell.CellId} {pairs} {isMemory} {(wholeCells ? "" : $"{phase} {length}")}";
        if (!measured.TryGetValue(id, out var reports))
        {
            measured[id] = reports = Measure(cell, wholeCells ? null : (phase, length), isMemory, pairs, cancellation);
        }

        return Task.FromResult<IReadOnlyList<ConfirmationPair>?>(reports is null ? null : Pairs(reports, key, isMemory));
    }

    private List<(TimingReport Baseline, TimingReport Candidate)>? Measure(CellRecord cell, (string Phase, int Length)? only, bool memory, int pairs, CancellationToken cancellation)
    {
        var request = Request(cell, only);
        request = memory ? request with { MemoryLengths = request.Lengths } : request;
        var reports = new List<(TimingReport, TimingReport)>();
        for (var pair = 0; pair < pairs; pair++)
        {
            message($"Confirming {cell.Title}{(only is { } part ? $" ({part.Phase} at {part.Length})" : "")}: pair {pair + 1} of {pairs}");
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

    private List<ConfirmationPair>? Pairs(List<(TimingReport Baseline, TimingReport Candidate)> reports, SeriesKey key, bool isMemory)
    {
        if (reports.Select(pair => pair.Candidate.HostClass).Concat(reports.Select(pair => pair.Baseline.HostClass)).FirstOrDefault(host => host != key.HostClass) is { } other)
        {
            message($"Not confirmed: the series is of host class '{key.HostClass}', this host is '{other}'. Run the gate on the host that measured.");
            return null;
        }

        var pairs = reports.Select(pair => (Baseline: Value(pair.Baseline, key, isMemory), Candidate: Value(pair.Candidate, key, isMemory))).ToList();
        if (pairs.Exists(pair => pair.Baseline is not > 0 || pair.Candidate is not > 0))
        {
            message($"Not confirmed: a build could not measure {SeriesTitle.Of(key)}.");
            return null;
        }

        return [.. pairs.Select(pair => new ConfirmationPair(pair.Baseline!.Value, pair.Candidate!.Value))];
    }

    private static double? Value(TimingReport report, SeriesKey key, bool isMemory)
    {
        var item = report.Measurements.FirstOrDefault(item => item.Phase == key.Phase && item.SequenceLength == key.SequenceLength);
        return item is not { Outcome: "finished" } ? null : isMemory ? item.PeakMemoryBytes : MathNet.Numerics.Statistics.Statistics.Median(item.UsableMilliseconds());
    }

    private TimingRequest Request(CellRecord cell, (string Phase, int Length)? only)
    {
        var definition = JsonNode.Parse(cell.DefinitionJson)!;
        var model = definition["model"]!;
        var plan = PlanReader.Read("the stored plan", store.Run(runId).PlanText, []);
        return new TimingRequest(
            cell.VariantId,
            (int)model["loopCount"]!,
            (int)model["vocabularySize"]!,
            only is { } part ? [part.Phase] : [.. definition["phases"]!.AsArray().Select(phase => (string)phase!)],
            only is { } one ? [one.Length] : [.. definition["lengths"]!.AsArray().Select(length => (int)length!)],
            (int)definition["batchSize"]!,
            (int)definition["blocks"]!,
            (double)definition["minimumBlockMilliseconds"]!,
            (string)definition["dtype"]!,
            store.Environment(runId).FirstOrDefault(entry => entry.Name == "settings.device")?.Value ?? "auto",
            plan?.ThreadCount);
    }
}
