using System.Text.Json.Nodes;
using LT2.Eval.Harness.Execution;
using LT2.Eval.Harness.Plans;
using LT2.Eval.Harness.Timing;
using LT2.Eval.Results.Gating;
using LT2.Eval.Results.Records;
using LT2.Eval.Results.Store;

namespace LT2.Eval.Harness.Gating;

/// <summary>Suspects beside the accepted build: from the pairs that are kept, or measured again on this host with both builds, interleaved.</summary>
/// <param name="store">Holds the run whose series are suspected.</param>
/// <param name="run">That run.</param>
/// <param name="pin">Names the accepted build, which the run is judged against, and the class of hosts that measured it.</param>
/// <param name="kept">Pairs of earlier confirmations; receives those of this one.</param>
/// <param name="bench">What measures here; null when no baseline build is at hand.</param>
/// <param name="wholeCells">Measure all phases and lengths of a cell at once, when most of them will be asked for.</param>
/// <param name="clock">Says when a pair was measured.</param>
/// <param name="message">Receives progress, and why something could not be measured.</param>
internal sealed class BuildPairs(
    ResultStore store, RunRecord run, PinFile pin, KeptPairs kept, BuildBench? bench, bool wholeCells, TimeProvider clock, Action<string> message) : IConfirmationRunner
{
    private readonly Dictionary<(string What, int Pairs), Task<IReadOnlyList<SidePair>?>> asked = [];
    private readonly PinnedHosts pinnedHosts = new(pin);
    private readonly Lazy<IReadOnlyList<MetricRecord>> metrics = new(() => store.Metrics(run.RunId));
    private readonly Lazy<Dictionary<string, CellRecord>> cells = new(() => store.Cells(run.RunId).ToDictionary(cell => cell.CellId, StringComparer.Ordinal));

    /// <inheritdoc />
    public async Task<IReadOnlyList<ConfirmationPair>?> MeasureAsync(SeriesKey key, int pairs, CancellationToken cancellation)
    {
        if (metrics.Value.FirstOrDefault(metric => metric.Key == key) is not { } metric || key is not { Phase: { } phase, SequenceLength: { } length })
        {
            return null;
        }

        var cell = cells.Value[metric.CellId];
        if (JsonNode.Parse(cell.DefinitionJson)?["kind"]?.GetValue<string>() != TimeCell.DefinitionKind)
        {
            // Decoding with early exit and the like need a checkpoint and its text, which no timing process has.
            message($"Not confirmed: {cell.Title} is no timing of a variant, which alone can be measured again.");
            return null;
        }

        // Where the run and the pin are of two classes of hosts, a pair of either says how the builds compare.
        List<string> hostClasses = [.. ((string?[])[key.HostClass, pinnedHosts.Elsewhere(key)]).OfType<string>()];
        var isMemory = key.Metric == TimeRecords.PeakMemory;
        var what = $"{cell.CellId}{(wholeCells ? "" : $" {phase} {length}")}{(isMemory ? " memory" : "")}";
        if (!asked.TryGetValue((what, pairs), out var sides))
        {
            // The same cell is asked for by each of its series.
            asked[(what, pairs)] = sides = SidesAsync(what, cell, wholeCells ? null : (phase, length), isMemory, hostClasses, pairs, cancellation);
        }

        return await sides.ConfigureAwait(false) is { } measured ? InterleavedPairs.Of(measured, key, message) : null;
    }

    private async Task<IReadOnlyList<SidePair>?> SidesAsync(
        string what, CellRecord cell, (string Phase, int Length)? only, bool isMemory, IReadOnlyList<string> hostClasses, int pairs, CancellationToken cancellation)
    {
        if (bench is not { MeasuresAgain: true } && hostClasses.Select(host => Kept(pin.BuildId, run.BuildId, host)).FirstOrDefault(known => known.Count >= pairs) is { } known)
        {
            return [.. known.TakeLast(pairs)];
        }

        if (bench is null)
        {
            return null;
        }

        // Of two classes it is not known yet which one this host is, and a verdict's pairs are of one.
        var begun = bench is { MeasuresAgain: false, BaselineBuild: { } baseline } && hostClasses is [var host] ? Kept(baseline, bench.CandidateBuild, host).TakeLast(pairs).ToList() : [];
        var title = only is { } part ? $"{cell.Title} ({part.Phase} at {part.Length})" : cell.Title;
        var request = Request(cell, only);
        var fresh = await bench.Pairs.MeasureAsync(
            title, isMemory ? request with { MemoryLengths = request.Lengths } : request, Enumerable.Range(begun.Count, pairs - begun.Count), pairs, hostClasses, Keep, cancellation).ConfigureAwait(false);
        return fresh is null ? null : [.. begun, .. fresh];

        List<SidePair> Kept(string baseline, string candidate, string hostClass) =>
            [.. kept.Of(baseline, candidate, what, hostClass).Select(pair => new SidePair(pair.Baseline, pair.Candidate, pair.MeasuredUtc))];

        void Keep(SidePair pair)
        {
            if (bench.BaselineBuild is { } baseline)
            {
                kept.Add(new(KeptPair.CurrentSchemaVersion, baseline, bench.CandidateBuild, what, title, clock.GetUtcNow(), pair.Baseline, pair.Candidate));
            }
        }
    }

    private TimingRequest Request(CellRecord cell, (string Phase, int Length)? only)
    {
        var definition = JsonNode.Parse(cell.DefinitionJson)!;
        var model = definition["model"]!;
        var plan = PlanReader.Read("the stored plan", run.PlanText, []);
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
            "auto",
            plan?.ThreadCount);
    }
}
