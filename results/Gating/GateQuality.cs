using System.Globalization;

namespace LT2.Eval.Results.Gating;

/// <summary>Quality by paired flips, and memory with one re-run, against the pinned run.</summary>
internal static class GateQuality
{
    private const double LopsidedAlpha = 0.05;

    /// <summary>Clusters below which the smallest p of flipped signs, 2/2^n, stays above 5 %.</summary>
    private const int FewestForPValue = 6;

    public static async Task<IReadOnlyList<GateFinding>> CheckAsync(
        ComparisonReport? comparison, PinFile pin, IConfirmationRunner? runner, CancellationToken cancellation)
    {
        if (comparison is null)
        {
            return [new("quality", "compare", FindingStatus.Undecided, null,
                $"The pinned run '{pin.RunId}' is not in this store, so nothing can be paired with it: merge the store that holds it.")];
        }
        var findings = new List<GateFinding>();
        // Slices are looked at and never judged: there are many, and each holds few samples.
        foreach (var row in comparison.Rows.Where(row => row.Question != ComparisonQuestion.Time && row.Key.Slice is null))
        {
            if (row.Question == ComparisonQuestion.Memory)
                findings.AddRange(await MemoryAsync(row, runner, cancellation).ConfigureAwait(false));
            else
                findings.AddRange(Quality(row));
        }
        findings.AddRange(Untested(comparison.Rows));
        // Series of one side only are listed as missing or new; times have their own layers.
        findings.AddRange(comparison.Refused.Where(refused => refused is { InBaseline: true, InCandidate: true } && refused.Key is { Phase: null, Slice: null } && !CanarySeries.Is(refused.Key))
            .Select(refused => new GateFinding("quality", "compare", refused.IsHarmless ? FindingStatus.Notice : FindingStatus.Undecided, refused.Key, $"Not compared: {refused.Reason}.")));
        return findings;
    }

    private static IEnumerable<GateFinding> Quality(MetricComparison row)
    {
        var basis = row.Question == ComparisonQuestion.SeveralSeeds ? $"{row.Pairs} training seeds" : $"{row.Flips.Worsened.Length} samples worse, {row.Flips.Improved.Length} better of {row.Pairs}";
        var change = string.Create(CultureInfo.InvariantCulture, $"{row.BaselineValue:0.####} → {row.CandidateValue:0.####} ({row.Difference:+0.####;-0.####;0}; {basis}"
            + $"{(row.AdjustedPValue is { } p ? $", {(p < 0.0001 ? "p < 0.0001" : $"p = {p:0.####}")} after Holm" : "")})");
        if (row.Verdict == ComparisonVerdict.Worse)
            yield return new("quality", "compare", FindingStatus.Blocking, row.Key, $"Worse: {change}.");
        else if (row.Verdict == ComparisonVerdict.Better)
            yield return new("quality", "compare", FindingStatus.Improved, row.Key, $"Better: {change}.");
        else if (row.Question == ComparisonQuestion.SameWeights && row.Flips.Count > 0)
        {
            var isSuspect = row.Flips.LopsidedPValue < LopsidedAlpha && row.Flips.Worsened.Length > row.Flips.Improved.Length;
            yield return new("quality", "numerics", isSuspect ? FindingStatus.Undecided : FindingStatus.Notice, row.Key,
                $"Numerics changed with the same weights: {change}; first changed sample '{row.Flips.Worsened.Concat(row.Flips.Improved).First()}'"
                + (isSuspect ? "; the changes lean to the worse side, under the floor." : "."));
        }
        else if (row is { Question: ComparisonQuestion.SameWeights, PValue: null, Floor: null } && row.Difference != 0)
        {
            // A validation loss of the same weights: nothing but new code can move it.
            var isSuspect = row.Improvement < 0 && Math.Abs(row.Difference) > NumericsTolerance.Of(row.Key.Dtype) * Math.Max(1, Math.Abs(row.BaselineValue));
            yield return new("quality", "numerics", isSuspect ? FindingStatus.Undecided : FindingStatus.Notice, row.Key,
                string.Create(CultureInfo.InvariantCulture, $"The value changed with the same weights: {row.BaselineValue:0.####} → {row.CandidateValue:0.####}."));
        }
        else if (row.Verdict == ComparisonVerdict.Inconclusive && row.DetectableEffect is { } effect && row.PValue < LopsidedAlpha && row.Improvement < 0)
            yield return new("quality", "compare", FindingStatus.Notice, row.Key, string.Create(CultureInfo.InvariantCulture, $"Leaning worse: {change}; detectable effect, tested alone, {effect:0.####}."));
    }

    // Single values of other weights stand for nothing but themselves: they are shown, the largest first, and never judged.
    private static IEnumerable<GateFinding> Untested(IReadOnlyList<MetricComparison> rows)
    {
        var moved = rows.Where(row => row is { Question: ComparisonQuestion.OtherWeights, PValue: null, Key.Slice: null, Verdict: ComparisonVerdict.Inconclusive } && row.Improvement < 0)
            .OrderByDescending(row => Math.Abs(row.Difference) / Math.Max(Math.Abs(row.BaselineValue), double.Epsilon)).ToList();
        if (moved is [var first, ..])
        {
            yield return new("quality", "untested", FindingStatus.Notice, moved.Count == 1 ? first.Key : null, string.Create(CultureInfo.InvariantCulture,
                $"{(moved.Count == 1 ? "A value" : $"{moved.Count} values")} of newly trained weights moved to the worse side, without samples or seeds to test it by{(moved.Count == 1 ? "" : $" (the first: {SeriesTitle.Of(first.Key)})")}: {first.BaselineValue:0.####} → {first.CandidateValue:0.####}."));
        }
        var mute = rows.Where(row => row is { Question: ComparisonQuestion.OtherWeights, Clusters: > 0 and < FewestForPValue, PValue: not null, Key.Slice: null } && row.Difference != 0).ToList();
        if (mute is [var quiet, ..])
        {
            yield return new("quality", "untested", FindingStatus.Notice, mute.Count == 1 ? quiet.Key : null,
                $"{(mute.Count == 1 ? "A value has" : $"{mute.Count} values have (the first: {SeriesTitle.Of(quiet.Key)})")} fewer than {FewestForPValue} clusters, so that no change could ever be significant.");
        }
    }

    private static async Task<IReadOnlyList<GateFinding>> MemoryAsync(MetricComparison row, IConfirmationRunner? runner, CancellationToken cancellation)
    {
        if (row.Verdict != ComparisonVerdict.Worse)
            return [];
        var again = runner is null ? null : await runner.MeasureAsync(row.Key, 1, cancellation).ConfigureAwait(false);
        var text = string.Create(CultureInfo.InvariantCulture, $"Memory {row.BaselineValue:0} → {row.CandidateValue:0} bytes, floor {row.Floor:0}");
        if (again is not { Count: > 0 })
            return [new("memory", "confirm", FindingStatus.Undecided, row.Key, $"{text}; it could not be measured again, name a baseline build.")];
        return [new("memory", "confirm", again[0].Candidate - row.BaselineValue >= row.Floor ? FindingStatus.Blocking : FindingStatus.Cleared, row.Key,
            string.Create(CultureInfo.InvariantCulture, $"{text}; measured again: {again[0].Candidate:0}."))];
    }
}
