using System.Globalization;
using LT2.Eval.Results.Records;

namespace LT2.Eval.Results.Gating;

/// <summary>One checkpoint against another on this host: quality by paired flips, times and peak memory of both side by side. No history is needed.</summary>
public static class CheckpointGate
{
    private const string Baseline = "the baseline checkpoint";

    /// <summary>Judges the candidate.</summary>
    /// <param name="baseline">Scores of the baseline checkpoint.</param>
    /// <param name="candidate">Scores of the candidate, on the same samples.</param>
    /// <param name="pin">The baseline's run as that which is measured against.</param>
    /// <param name="times">Times to measure side by side; none judges quality alone.</param>
    /// <param name="memory">Peak memories to measure side by side.</param>
    /// <param name="runner">Measures both sides.</param>
    /// <param name="options">Settings.</param>
    /// <param name="cancellation">Cancellation.</param>
    public static async Task<GateReport> EvaluateAsync(
        ComparisonSide baseline, ComparisonSide candidate, PinFile pin, IReadOnlyList<SeriesKey> times, IReadOnlyList<SeriesKey> memory,
        IConfirmationRunner runner, GateOptions? options = null, CancellationToken cancellation = default)
    {
        options ??= new();
        var comparison = RunComparison.Compare(baseline, candidate, options.Comparison);
        var findings = new List<GateFinding>([.. Unfinished(baseline), .. Unfinished(candidate)]);
        findings.AddRange(await GateQuality.CheckAsync(comparison, pin, runner, cancellation).ConfigureAwait(false));
        // What one checkpoint alone answered is not a night's novelty here: both were asked the same.
        findings.AddRange(comparison.Refused.Where(refused => refused.InBaseline != refused.InCandidate && refused.Key.Slice is null)
            .Select(refused => new GateFinding("quality", "missing", FindingStatus.Undecided, refused.Key, $"Only {(refused.InBaseline ? "the baseline" : "the candidate")} has it: {refused.Reason}.")));
        var confirmed = new List<(SeriesKey Key, int Suspicion, LatencyConfirmation Test)>();
        foreach (var key in times)
        {
            if (await runner.MeasureAsync(key, options.Pairs, cancellation).ConfigureAwait(false) is { Count: >= 2 } pairs)
                confirmed.Add((key, 1, LatencyConfirmation.Of(pairs, 1)));
            else
                findings.Add(Unmeasured("latency", key));
        }
        findings.AddRange(LatencyGate.Confirm(confirmed, options));
        foreach (var key in memory)
            findings.Add(await MemoryAsync(key, runner, options.Comparison ?? new(), cancellation).ConfigureAwait(false));
        return GateVerdicts.Report(
            findings, comparison, pin, candidate.RunId, comparison.Rows.Count(row => row.Key.Slice is null) + times.Count + memory.Count, Baseline);
    }

    private static IEnumerable<GateFinding> Unfinished(ComparisonSide side) =>
        side.Store.Cells(side.RunId).Where(cell => cell.Outcome is not CellOutcome.Finished)
            .Select(cell => new GateFinding("quality", "missing", FindingStatus.Undecided, null, $"{cell.Title} is {Store.StoredName.Of(cell.Outcome)}: {cell.Reason}"));

    // Peak memory hardly scatters: two processes of each side, and the smaller of the two differences counts.
    private static async Task<GateFinding> MemoryAsync(SeriesKey key, IConfirmationRunner runner, ComparisonOptions options, CancellationToken cancellation)
    {
        if (await runner.MeasureAsync(key, 2, cancellation).ConfigureAwait(false) is not { Count: 2 } pairs)
            return Unmeasured("memory", key);
        var pair = pairs.MinBy(pair => Math.Abs(pair.Candidate - pair.Baseline))!;
        var floor = options.MemoryFloorAt(pair.Baseline);
        var difference = pair.Candidate - pair.Baseline;
        return new("memory", "confirm", difference >= floor ? FindingStatus.Blocking : difference <= -floor ? FindingStatus.Improved : FindingStatus.Cleared, key,
            string.Create(CultureInfo.InvariantCulture, $"Memory {pair.Baseline:0} → {pair.Candidate:0} bytes, floor {floor:0}."));
    }

    private static GateFinding Unmeasured(string family, SeriesKey key) =>
        new(family, "confirm", FindingStatus.Undecided, key, "Both checkpoints have to be measured side by side, and one of them could not be.");
}
