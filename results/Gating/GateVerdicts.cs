using System.Globalization;
using LT2.Eval.Results.Store;

namespace LT2.Eval.Results.Gating;

/// <summary>What findings add up to.</summary>
internal static class GateVerdicts
{
    private const string Validity = "validity";

    /// <summary>The report of a gate.</summary>
    /// <param name="found">Findings in any order; within a family the order is kept: the comparison has the worst first.</param>
    /// <param name="comparison">Quality and memory, paired; null where nothing could be.</param>
    /// <param name="pin">What was measured against.</param>
    /// <param name="candidateRunId">What was judged.</param>
    /// <param name="checkedSeries">Series that were judged.</param>
    /// <param name="baseline">The baseline in words, for the sentence of a pass.</param>
    public static GateReport Report(
        IEnumerable<GateFinding> found, ComparisonReport? comparison, PinFile pin, string candidateRunId, int checkedSeries, string baseline)
    {
        // What makes a night invalid is its headline: the rest may follow from it.
        List<GateFinding> findings = [.. found.OrderBy(finding => finding.Status).ThenBy(finding => finding.Family != Validity).ThenBy(finding => finding.Family, StringComparer.Ordinal)];
        var verdict = Decide(findings);
        return new(verdict, Summarise(verdict, findings, checkedSeries, baseline), findings, comparison, pin, candidateRunId, checkedSeries);
    }

    private static GateVerdict Decide(List<GateFinding> findings)
    {
        if (findings.Exists(finding => finding.Status == FindingStatus.Blocking))
            return GateVerdict.Regressed;
        var undecided = findings.Where(finding => finding.Status == FindingStatus.Undecided).ToList();
        return undecided.Count == 0 ? GateVerdict.Pass : undecided.Exists(finding => finding.Family == Validity) ? GateVerdict.Invalid : GateVerdict.Inconclusive;
    }

    private static string Summarise(GateVerdict verdict, List<GateFinding> findings, int count, string baseline)
    {
        var counts = string.Join(", ", Enum.GetValues<FindingStatus>().Select(status => (status, Count: findings.Count(f => f.Status == status)))
            .Where(pair => pair.Count > 0).Select(pair => string.Create(CultureInfo.InvariantCulture, $"{pair.Count} {StoredName.Of(pair.status)}{(pair is { status: FindingStatus.Notice, Count: > 1 } ? "s" : "")}")));
        var numerics = findings.Count(finding => finding.Layer == "numerics");
        var head = verdict != GateVerdict.Pass ? (findings[0].Key is { } key ? $"{SeriesTitle.Of(key)}: {findings[0].Message}" : findings[0].Message)
            : $"All {count} series are measured and none is worse than {baseline}{(numerics == 0 ? "" : $"; the same weights answered differently in {numerics} of them")}.";
        return counts.Length == 0 ? head : $"{head} ({counts})";
    }
}
