using System.Globalization;
using LT2.Eval.Results.Records;
using LT2.Eval.Results.Statistics;
using MathNet.Numerics.Distributions;

namespace LT2.Eval.Results.Gating;

/// <summary>
/// An honest comparison of two runs: paired by sample id, clustered, corrected by Holm within each family (quality, times, memory; slices, which are exploratory, apart),
/// with a reason for everything that is not comparable.
/// </summary>
public static class RunComparison
{
    private sealed record Draft(MetricComparison Row, double StandardError, double DegreesOfFreedom, bool IsTainted = false);

    /// <summary>Compares two sides.</summary>
    public static ComparisonReport Compare(ComparisonSide baseline, ComparisonSide candidate, ComparisonOptions? options = null)
    {
        options ??= new();
        var (first, second) = (ComparisonArm.Read(baseline, candidate), ComparisonArm.Read(candidate, baseline));
        var refused = new List<RefusedComparison>();
        var drafts = new List<Draft>();
        foreach (var (key, metrics) in second.Metrics)
        {
            if (!first.Metrics.TryGetValue(key, out var counterpart))
                refused.Add(new(metrics[0].Key, false, true, SeriesMismatch.Explain(key, first.Metrics.Keys, "baseline")));
            else if (FailedSeeds.Count(counterpart, metrics) is { IsObstacle: true } failed)
                refused.Add(new(metrics[0].Key, true, true, failed.Reason, failed.IsHarmless));
            else if (Draw(first, second, first.Values(counterpart), second.Values(metrics), options, out var reason) is { } draft)
                drafts.Add(draft);
            else
                refused.Add(new(metrics[0].Key, true, true, reason!));
        }
        refused.AddRange(first.Metrics.Where(pair => !second.Metrics.ContainsKey(pair.Key))
            .Select(pair => new RefusedComparison(pair.Value[0].Key, true, false, SeriesMismatch.Explain(pair.Key, second.Metrics.Keys, "candidate"))));
        return new(first.Run, second.Run, Judge(drafts, options), refused, EnvironmentDifferences(baseline, candidate));
    }

    private static Draft? Draw(
        ComparisonArm first, ComparisonArm second, List<MetricRecord> before, List<MetricRecord> after, ComparisonOptions options, out string? reason)
    {
        reason = null;
        if (after[0].Kind == MetricKind.Duration)
            return Times(first, second, before, after, options, out reason);
        if (after[0].Kind == MetricKind.Bytes)
            return Memory(before[0], after[0], options);
        if ((Repeated(before) ?? Repeated(after)) is { } repeated)
        {
            reason = repeated;
            return null;
        }
        if (before.Count > 1 && after.Count > 1 && !SameWeights(first, second, before, after))
            return Seeds(before, after);
        return ValuesOnly(first, second, before, after) ?? Paired(first, second, before, after, options, out reason) ?? Unpaired(first, second, before, after, ref reason);
    }

    // Values of one seed are no repeats: taken for training seeds, they would make a certainty of two readings.
    private static string? Repeated(List<MetricRecord> metrics) => metrics.GroupBy(metric => metric.Seed).FirstOrDefault(seed => seed.Count() > 1) is { } several
        ? string.Create(CultureInfo.InvariantCulture,
            $"seed {Seeds([several.First()])} has {several.Count()} values, of several recipes or cells ({string.Join(", ", several.Select(metric => $"{metric.Value:0.####}").Take(3))}): one value a seed can be compared")
        : null;

    // What keeps no samples by its nature (a validation loss) has nothing to pair: equal values of equal weights are equivalent, others a hint.
    private static Draft? ValuesOnly(ComparisonArm first, ComparisonArm second, List<MetricRecord> before, List<MetricRecord> after) =>
        after[0].Key.Phase is null && before.Count == after.Count && first.Samples(before).Count + second.Samples(after).Count == 0
            ? Untested(first, second, before, after, "No samples were kept: the values alone, without a test.") : null;

    // A pin's archive keeps the samples of some series only. Equal values of equal weights are equivalent without them, and several seeds can be compared by their values.
    private static Draft? Unpaired(ComparisonArm first, ComparisonArm second, List<MetricRecord> before, List<MetricRecord> after, ref string? reason)
    {
        var (isBare, isCandidateBare) = (before.Exists(metric => first.Samples([metric]).Count == 0), after.Exists(metric => second.Samples([metric]).Count == 0));
        if ((!isBare && !isCandidateBare) || first.Samples(before).Count + second.Samples(after).Count == 0)
            return null;
        var side = isBare ? "the baseline" : "the candidate";
        reason = null;
        if (SameWeights(first, second, before, after) && before.Select(metric => (metric.Seed, metric.Value)).SequenceEqual(after.Select(metric => (metric.Seed, metric.Value))))
            return Untested(first, second, before, after, $"Equal values of the same weights; {side} does not keep all samples.");
        if (before.Count > 1 && after.Count > 1)
            return Seeds(before, after);
        reason = $"{side} keeps no samples of it: compare with the store of the run itself";
        return null;
    }

    private static Draft Untested(ComparisonArm first, ComparisonArm second, List<MetricRecord> before, List<MetricRecord> after, string note)
    {
        var (baseline, candidate) = (before.Average(m => m.Value!.Value), after.Average(m => m.Value!.Value));
        return new(
            new(after[0].Key, before[0].Key, SameWeights(first, second, before, after) ? ComparisonQuestion.SameWeights : ComparisonQuestion.OtherWeights,
                after[0].Direction, after[0].Unit, baseline, candidate, candidate - baseline, null, null, null, null, Floor(before, after),
                ComparisonVerdict.Inconclusive, 0, 0, FlipList.None, note),
            double.NaN, 1);
    }

    private static Draft? Paired(
        ComparisonArm first, ComparisonArm second, List<MetricRecord> before, List<MetricRecord> after, ComparisonOptions options, out string? reason)
    {
        if (before.Count != after.Count || !before.Select(m => m.Seed).Order().SequenceEqual(after.Select(m => m.Seed).Order()))
        {
            if (before.Count != 1 || after.Count != 1)
            {
                reason = $"the baseline has seeds {Seeds(before)}, the candidate {Seeds(after)}: run the same seeds on both sides, or several on each";
                return null;
            }
        }
        var pairs = PairedSamples.Of(first.Samples(before), second.Samples(after), after[0], out reason);
        if (pairs is null)
            return null;
        var (baseline, candidate, standardError, sums, clusters) = pairs.Difference();
        var flips = pairs.Flips();
        var independentBinary = after[0].Kind == MetricKind.Binary && clusters == pairs.Count;
        var pValue = independentBinary
            ? McNemarTest.MidPValue(flips.Worsened.Length, flips.Improved.Length)
            : ClusterSignFlipTest.PValue(sums, options.Seed);
        var few = clusters < MetricInterval.MinimumClusters;
        var row = new MetricComparison(
            after[0].Key, before[0].Key, SameWeights(first, second, before, after) ? ComparisonQuestion.SameWeights : ComparisonQuestion.OtherWeights,
            after[0].Direction, after[0].Unit, baseline, candidate, candidate - baseline,
            few ? null : Around(candidate - baseline, standardError, clusters - 1), pValue, null,
            double.IsFinite(standardError) ? MinimumDetectableEffect.Of(standardError) : null, Floor(before, after),
            ComparisonVerdict.Inconclusive, pairs.Count, clusters, flips,
            few ? $"Only {clusters} clusters: no interval." : null);
        return new(row, standardError, clusters - 1);
    }

    private static Draft Seeds(List<MetricRecord> before, List<MetricRecord> after)
    {
        var (x, y) = (before.Select(m => m.Value!.Value).ToList(), after.Select(m => m.Value!.Value).ToList());
        return Welch(before[0], after[0], ComparisonQuestion.SeveralSeeds, x, y, x.Average(), y.Average(), Floor(before, after),
            $"{x.Count} and {y.Count} training seeds.");
    }

    // A floor that is a share of the value (a doubling of a gradient norm) is the smaller side's, whichever way the change goes.
    private static double? Floor(List<MetricRecord> before, List<MetricRecord> after)
    {
        var (baseline, candidate) = (before.Average(metric => metric.PracticalFloor), after.Average(metric => metric.PracticalFloor));
        return baseline < candidate ? baseline : candidate ?? baseline;
    }

    // What several parts of a night timed is one series of all their processes.
    private static Draft? Times(ComparisonArm first, ComparisonArm second, List<MetricRecord> earlier, List<MetricRecord> later, ComparisonOptions options, out string? reason)
    {
        var (before, after) = (earlier[0], later[0]);
        if (first.Run.RunId == second.Run.RunId && before.CellId == after.CellId && before.Key == after.Key)
        {
            reason = null;
            return new(
                new(after.Key, before.Key, ComparisonQuestion.Time, after.Direction, after.Unit, before.Value!.Value, after.Value!.Value, 0, new(0, 0), 1, null, null,
                    options.TimeFloor, ComparisonVerdict.Inconclusive, 1, 1, FlipList.None, "One and the same measurement."),
                0, 1);
        }
        List<double> x = [.. earlier.SelectMany(first.ProcessLogTimes)], y = [.. later.SelectMany(second.ProcessLogTimes)];
        reason = x.Count < 2 || y.Count < 2 ? $"times of {x.Count} and {y.Count} fresh processes: at least 2 on each side are needed" : null;
        if (reason is not null)
            return null;
        var isTainted = Math.Max(earlier.Max(first.TaintedShare), later.Max(second.TaintedShare)) > options.TaintedShare;
        return Welch(before, after, ComparisonQuestion.Time, x, y, Middle(earlier), Middle(later), options.TimeFloor,
            isTainted ? string.Create(CultureInfo.InvariantCulture, $"more than {options.TaintedShare:0%} of its blocks ran under throttling or load: no verdict") : null) with { IsTainted = isTainted };
    }

    private static double Middle(List<MetricRecord> times) => times.Count == 1 ? times[0].Value!.Value : Math.Exp(times.Average(time => Math.Log(time.Value!.Value)));

    private static Draft Memory(MetricRecord before, MetricRecord after, ComparisonOptions options)
    {
        var difference = after.Value!.Value - before.Value!.Value;
        var floor = options.MemoryFloorAt(before.Value.Value);
        return new(
            new(after.Key, before.Key, ComparisonQuestion.Memory, after.Direction, after.Unit, before.Value.Value, after.Value.Value, difference, null, null,
                null, null, floor, ComparisonVerdict.Inconclusive, 1, 1, FlipList.None, null),
            double.NaN, 1);
    }

    private static Draft Welch(
        MetricRecord before, MetricRecord after, ComparisonQuestion question, List<double> x, List<double> y, double baseline, double candidate, double? floor,
        string? note)
    {
        var (a, b) = (MeanTest.Of(x), MeanTest.Of(y));
        var (va, vb) = (a.StandardError * a.StandardError, b.StandardError * b.StandardError);
        var standardError = Math.Sqrt(va + vb);
        var degrees = standardError > 0 ? (va + vb) * (va + vb) / ((va * va / a.DegreesOfFreedom) + (vb * vb / b.DegreesOfFreedom)) : 1;
        var difference = b.Mean - a.Mean;
        return new(
            new(after.Key, before.Key, question, after.Direction, after.Unit, baseline, candidate, difference, Around(difference, standardError, degrees),
                WelchTest.PValue(x, y), null, MinimumDetectableEffect.Of(standardError), floor, ComparisonVerdict.Inconclusive, Math.Min(x.Count, y.Count),
                Math.Min(x.Count, y.Count), FlipList.None, note),
            standardError, degrees);
    }

    private static List<MetricComparison> Judge(List<Draft> drafts, ComparisonOptions options)
    {
        var judged = new List<MetricComparison>();
        foreach (var family in drafts.GroupBy(draft => (
            draft.Row.Question is ComparisonQuestion.Time or ComparisonQuestion.Memory ? draft.Row.Question : 0, IsSlice: draft.Row.Key.Slice is not null)))
        {
            var members = family.ToList();
            // Only what a p-value decides is counted: constants and equal weights by the thousand would silence the one series that moved.
            var tested = Enumerable.Range(0, members.Count).Where(i => members[i].Row.PValue is not null && !VerdictRule.NeedsNoTest(members[i].Row)).ToList();
            var adjusted = new double?[members.Count];
            foreach (var (i, p) in tested.Zip(HolmAdjustment.Adjust([.. tested.Select(i => members[i].Row.PValue!.Value)])))
                adjusted[i] = p;
            judged.AddRange(members.Select((member, i) =>
            {
                var row = member.Row with { AdjustedPValue = adjusted[i] };
                return row with
                {
                    Verdict = member.IsTainted ? ComparisonVerdict.Inconclusive : VerdictRule.Of(row, member.StandardError, member.DegreesOfFreedom, options.Alpha),
                };
            }));
        }
        return [.. judged.OrderBy(row => row.Verdict switch { ComparisonVerdict.Worse => 0, ComparisonVerdict.Better => 1, ComparisonVerdict.Inconclusive => 2, _ => 3 })
            .ThenBy(row => row.PValue ?? 1).ThenByDescending(row => row.Floor > 0 ? Math.Abs(row.Difference) / row.Floor : 0).ThenBy(row => SeriesIdentity.Of(row.Key), StringComparer.Ordinal)];
    }

    private static bool SameWeights(ComparisonArm first, ComparisonArm second, List<MetricRecord> before, List<MetricRecord> after)
    {
        var (x, y) = (before.Select(first.WeightsHash).Order(StringComparer.Ordinal).ToList(), after.Select(second.WeightsHash).Order(StringComparer.Ordinal).ToList());
        return !x.Contains(null) && x.SequenceEqual(y);
    }

    private static Interval Around(double estimate, double standardError, double degreesOfFreedom)
    {
        var half = standardError > 0 ? StudentT.InvCDF(0, 1, degreesOfFreedom, 0.975) * standardError : 0;
        return new(estimate - half, estimate + half);
    }

    private static string Seeds(List<MetricRecord> metrics) => string.Join(", ", metrics.Select(m => m.Seed?.ToString(CultureInfo.InvariantCulture) ?? "none"));

    private static List<(string, string?, string?)> EnvironmentDifferences(ComparisonSide baseline, ComparisonSide candidate)
    {
        var before = baseline.Store.Environment(baseline.RunId).ToDictionary(e => e.Name, e => e.Value, StringComparer.Ordinal);
        var after = candidate.Store.Environment(candidate.RunId).ToDictionary(e => e.Name, e => e.Value, StringComparer.Ordinal);
        return [.. before.Keys.Union(after.Keys).Order(StringComparer.Ordinal)
            .Select(name => (name, before.GetValueOrDefault(name), after.GetValueOrDefault(name))).Where(fact => fact.Item2 != fact.Item3)];
    }
}
