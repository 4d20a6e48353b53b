using System.Text.Json.Nodes;
using LT2.Eval.Harness.Execution;
using LT2.Eval.Harness.Plans;
using LT2.Eval.Harness.Timing;
using LT2.Eval.Results.Gating;
using LT2.Eval.Results.Records;
using LT2.Eval.Results.Store;

namespace LT2.Eval.Harness.Gating;

/// <summary>Measures suspects again on this host with both builds, interleaved.</summary>
/// <param name="store">Holds the run whose series are suspected.</param>
/// <param name="runId">That run.</param>
/// <param name="baseline">Starts the baseline build.</param>
/// <param name="candidate">Starts this build.</param>
/// <param name="wholeCells">Measure all phases and lengths of a cell at once, when most of them will be asked for.</param>
/// <param name="message">Receives progress, and why something could not be measured.</param>
public sealed class BuildPairs(
    ResultStore store, string runId, ITimingProcess baseline, ITimingProcess candidate, bool wholeCells, Action<string> message) : IConfirmationRunner
{
    private readonly InterleavedPairs interleaved = new(baseline, candidate, message);
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
        var isMemory = key.Metric == TimeRecords.PeakMemory;
        var id = $"{cell.CellId} {pairs} {isMemory} {(wholeCells ? "" : $"{phase} {length}")}";
        var request = Request(cell, wholeCells ? null : (phase, length));
        return Task.FromResult(interleaved.Measure(
            id, wholeCells ? cell.Title : $"{cell.Title} ({phase} at {length})", isMemory ? request with { MemoryLengths = request.Lengths } : request, key, pairs, cancellation));
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
