using System.Globalization;
using LT2.Eval.Results.Records;
using LT2.Eval.Results.Statistics;

namespace LT2.Eval.Results.Gating;

/// <summary>Layers 1 to 4 for the times of one night: screen loosely, confirm strictly, follow the trend, hold the ratchet.</summary>
public static class LatencyGate
{
    private static readonly Task<IReadOnlyList<ConfirmationPair>?> NotMeasured = Task.FromResult<IReadOnlyList<ConfirmationPair>?>(null);

    /// <summary>Findings of the night; quiet series have none.</summary>
    /// <param name="series">Valid series of the night.</param>
    /// <param name="runner">Measures suspects again; null when no baseline build is at hand.</param>
    /// <param name="options">Settings.</param>
    /// <param name="cancellation">Cancellation.</param>
    public static async Task<IReadOnlyList<GateFinding>> EvaluateAsync(
        IReadOnlyList<LatencySeries> series, IConfirmationRunner? runner, GateOptions options, CancellationToken cancellation = default)
    {
        var findings = new List<GateFinding>();
        var young = new List<LatencySeries>();
        var confirmed = new List<(SeriesKey Key, int Suspicion, LatencyConfirmation Test)>();
        // A young series has no noise of its own yet: both builds are measured side by side.
        var looks = series.Select(candidate => (Candidate: candidate, IsYoung: candidate.LogTimes.Count - 1 < options.MinimumNights))
            .Select(look => (look.Candidate, look.IsYoung, Suspicion: look.IsYoung ? 1 : LatencyScreen.Look(look.Candidate.LogTimes, options))).ToList();
        // All are asked for before any is waited for: a host with several devices measures several at once.
        var measured = looks.Select(look => look.Suspicion == 0 || runner is null ? NotMeasured : runner.MeasureAsync(look.Candidate.Key, options.Pairs, cancellation)).ToList();
        await Task.WhenAll(measured).ConfigureAwait(false);
        foreach (var ((candidate, isYoung, suspicion), asked) in looks.Zip(measured))
        {
            if (suspicion != 0)
            {
                var pairs = await asked.ConfigureAwait(false);
                if (pairs is { Count: >= 2 })
                    confirmed.Add((candidate.Key, suspicion, LatencyConfirmation.Of(pairs, suspicion)));
                else if (isYoung && !candidate.IsPinnedElsewhere)
                    young.Add(candidate);
                else if (!isYoung && suspicion > 0)
                    findings.Add(Undecided(candidate.Key, "Tonight is beyond its band and has to be measured again with both builds"));
            }
            findings.AddRange(Trend(candidate, options));
        }
        findings.AddRange(Confirm(confirmed, options));
        if (young.Count > 0)
        {
            // One finding: in a plan's first nights this is every series it times.
            var (fewest, most) = (young.Min(series => series.LogTimes.Count) - 1, young.Max(series => series.LogTimes.Count) - 1);
            findings.Add(Undecided(young.Count == 1 ? young[0].Key : null,
                $"{(young.Count == 1 ? "The time has" : $"{young.Count} times have")} only {(fewest == most ? $"{most}" : $"{fewest} to {most}")} earlier {(most == 1 ? "night" : "nights")} "
                + $"(the screen needs {options.MinimumNights}), so both builds have to be measured side by side"));
        }
        return findings;
    }

    /// <summary>Judges what was measured side by side.</summary>
    /// <param name="confirmed">Series, the direction suspected (1 slower, -1 faster), and the test.</param>
    /// <param name="options">Settings.</param>
    internal static IEnumerable<GateFinding> Confirm(IReadOnlyList<(SeriesKey Key, int Suspicion, LatencyConfirmation Test)> confirmed, GateOptions options)
    {
        var adjusted = HolmAdjustment.Adjust([.. confirmed.Select(suspect => suspect.Test.PValue)]);
        for (var i = 0; i < confirmed.Count; i++)
        {
            var (key, suspicion, test) = confirmed[i];
            var isSignificant = adjusted[i] < options.ConfirmationAlpha;
            var status = (isSignificant, suspicion) switch
            {
                (true, > 0) when test.LogRatio >= Math.Log(1 + options.TimeFloor) => FindingStatus.Blocking,
                (true, < 0) when test.LogRatio <= -Math.Log(1 + options.TimeFloor) => FindingStatus.Improved,
                // Pairs that scatter so much that a large slowdown would hide in them clear nobody.
                (_, > 0) when test.Interval.Upper > Math.Log(1 + options.ClearedBelow) => FindingStatus.Undecided,
                _ => FindingStatus.Cleared,
            };
            var text = string.Create(CultureInfo.InvariantCulture,
                $"{Percent(test.LogRatio)} (95 % interval {Percent(test.Interval.Lower)} to {Percent(test.Interval.Upper)}) over {test.Pairs} interleaved pairs{(test.HostClass is { } host && key.HostClass is { } own && host != own ? $" on the pin's {host}" : "")}{(test.KeptUtc is { } kept ? $" kept from {kept:yyyy-MM-dd HH:mm} UTC" : "")}, "
                + $"{(adjusted[i] < 0.0001 ? "p < 0.0001" : $"p = {adjusted[i]:0.####}")} after Holm over {confirmed.Count}, signed rank p = {test.SignedRankPValue:0.####}; floor {options.TimeFloor:0.#%}.");
            if (status == FindingStatus.Undecided)
                text += string.Create(CultureInfo.InvariantCulture, $" Too noisy to clear: a slowdown of {options.ClearedBelow:0.#%} is not excluded. Quieten the host and --measure-again, or raise --pairs.");
            yield return new("latency", "confirm", status, key, text);
        }
    }

    private static IEnumerable<GateFinding> Trend(LatencySeries series, GateOptions options)
    {
        var points = EDivisive.Find(series.LogTimes, options.TrendMinimumSegment, minimumMagnitude: options.TrendMinimumMagnitude);
        var segment = series.LogTimes.Skip(points.Count > 0 ? points[^1].Index : 0).ToList();
        if (points.Count > 0)
        {
            yield return new("latency", "trend", FindingStatus.Notice, series.Key, string.Create(CultureInfo.InvariantCulture,
                $"The level changed by {Percent(points[^1].After - points[^1].Before)} {segment.Count} nights ago (p = {points[^1].PValue:0.######})."));
        }
        if (series.PinnedLogTime is not { } pinned || segment.Count < options.TrendMinimumSegment)
            yield break;
        // Only the newest nights: a level that has come back must not block for what it was.
        var level = Quantile.Median(segment.TakeLast(options.Window));
        if (level - pinned > Math.Log(1 + options.RatchetBudget))
        {
            yield return new("latency", "ratchet", FindingStatus.Blocking, series.Key, string.Create(CultureInfo.InvariantCulture,
                $"The current level is {Percent(level - pinned)} against the pin; the budget is {options.RatchetBudget:0.#%}. Mend it, or accept it with lt2 pin --reason."));
        }
    }

    private static GateFinding Undecided(SeriesKey? key, string what) =>
        new("latency", "confirm", FindingStatus.Undecided, key, $"{what}, but there is no baseline build that measured: name one with --baseline-build.");

    private static string Percent(double logRatio) => (Math.Exp(logRatio) - 1).ToString("+0.0%;-0.0%;0.0%", CultureInfo.InvariantCulture);
}
