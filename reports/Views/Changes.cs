using System.Collections.Immutable;
using LT2.Eval.Reports.Input;
using LT2.Eval.Results.Records;

namespace LT2.Eval.Reports.Views;

/// <summary>Compares two runs, series by series.</summary>
internal static class Changes
{
    private const double Alpha = 0.05;
    private const double LatencyFloor = 0.02;
    private const double ShareFloor = 0.01;
    private const double OtherFloor = 0.01;
    private const double MemoryFloorBytes = 64.0 * 1024 * 1024;

    /// <summary>Every series that both runs have with a value, surest change first. Slices are exploratory and left out.</summary>
    public static ImmutableArray<Change> Between(RunData reference, RunData run)
    {
        var before = Groups(reference);
        var (samplesBefore, samplesAfter) = (Samples(reference), Samples(run));
        var (timesBefore, timesAfter) = (Processes(reference), Processes(run));
        var raw = Groups(run).Where(pair => before.ContainsKey(pair.Key)).Select(pair => pair.Value[0].Kind switch
        {
            MetricKind.Duration => Latency(pair.Key, before[pair.Key], pair.Value, timesBefore, timesAfter),
            MetricKind.Bytes => Memory(pair.Key, before[pair.Key], pair.Value),
            _ => Quality(pair.Key, before[pair.Key], pair.Value, samplesBefore, samplesAfter),
        });
        return
        [
            .. raw.GroupBy(change => change.Family).SelectMany(Judged)
                .OrderBy(change => change.Verdict switch { ChangeVerdict.Regressed => 0, ChangeVerdict.Improved => 1, ChangeVerdict.Inconclusive => 2, _ => 3 })
                .ThenByDescending(change => change.TimesOverNoise ?? 0)
                .ThenBy(change => SeriesIdentity.Of(change.Key), StringComparer.Ordinal),
        ];
    }

    // Tokens per second are the latency again, and training loss is not a result.
    private static Dictionary<SeriesKey, MetricRecord[]> Groups(RunData run) => run.Metrics
        .Where(metric => metric is { Value: { } value, Key.Slice: null } && double.IsFinite(value) && metric.Key.SuiteId != "training"
            && (metric.Key.SuiteId != "timing" || metric.Kind is MetricKind.Duration or MetricKind.Bytes))
        .GroupBy(metric => metric.Key).ToDictionary(group => group.Key, group => group.ToArray());

    private static ILookup<(string, string, int), SampleRecord> Samples(RunData run) =>
        run.Samples.ToLookup(sample => (sample.CellId, sample.Metric, sample.TestedLoopCount));

    private static Dictionary<(string, string, int), double[]> Processes(RunData run) => run.TimingBlocks
        .Where(block => !block.IsTainted && block.MillisecondsPerIteration > 0)
        .GroupBy(block => (block.CellId, block.Phase, block.SequenceLength))
        .ToDictionary(group => group.Key, group => group.GroupBy(block => block.ProcessIndex)
            .Select(process => Math.Log(LatencyCurves.Quantile([.. process.Select(block => block.MillisecondsPerIteration).Order()], 0.5))).Order().ToArray());

    private static Change Quality(
        SeriesKey key, MetricRecord[] before, MetricRecord[] after, ILookup<(string, string, int), SampleRecord> samplesBefore, ILookup<(string, string, int), SampleRecord> samplesAfter)
    {
        var first = after[0];
        var (from, to) = (Mean(before), Mean(after));
        MeanDifference[] seeds = first.Transform == MetricTransform.RatioOfSums
            ?
            [
                .. after.SelectMany(metric => before.Where(other => other.Seed == metric.Seed).Take(1)
                        .Select(other => MeanDifference.Paired(
                            samplesBefore[(other.CellId, key.Metric, key.TestedLoopCount ?? 0)], samplesAfter[(metric.CellId, key.Metric, key.TestedLoopCount ?? 0)])))
                    .OfType<MeanDifference>(),
            ]
            : [];
        var test = MeanDifference.Average(seeds) ?? FromErrors(before, after);
        var isShare = first.Kind is MetricKind.Binary or MetricKind.Proportion;
        return new Change(key, ChangeFamily.Quality, first.Direction, first.Unit, from, to, test is { IsPaired: true } paired ? paired.Mean : to - from, test, null,
            first.PracticalFloor ?? (isShare ? ShareFloor : OtherFloor * Math.Abs(from)), ChangeVerdict.Inconclusive);
    }

    // Without samples the two values are independent estimates: wider, but honest.
    private static MeanDifference? FromErrors(MetricRecord[] before, MetricRecord[] after)
    {
        var all = before.Concat(after).ToArray();
        if (all.Any(metric => metric.StandardError is null || metric.ClusterCount < SamplingInterval.FewestClusters))
        {
            return null;
        }
        var error = Math.Sqrt((before.Sum(metric => Math.Pow(metric.StandardError!.Value, 2)) / (before.Length * before.Length))
            + (after.Sum(metric => Math.Pow(metric.StandardError!.Value, 2)) / (after.Length * after.Length)));
        return new MeanDifference(Mean(after) - Mean(before), error, all.Min(metric => metric.ClusterCount) - 1, (int)Math.Min(int.MaxValue, after[0].SampleCount), false);
    }

    private static Change Latency(
        SeriesKey key, MetricRecord[] before, MetricRecord[] after, Dictionary<(string, string, int), double[]> timesBefore, Dictionary<(string, string, int), double[]> timesAfter)
    {
        var place = (key.Phase ?? "", key.SequenceLength ?? 0);
        var test = timesBefore.TryGetValue((before[0].CellId, place.Item1, place.Item2), out var left) && timesAfter.TryGetValue((after[0].CellId, place.Item1, place.Item2), out var right)
            ? MeanDifference.Independent(left, right)
            : null;
        var (from, to) = (Mean(before), Mean(after));
        // The recorded floor of a time is in milliseconds.
        var floor = before[0].PracticalFloor is { } milliseconds && from > 0 ? milliseconds / from : LatencyFloor;
        return new Change(key, ChangeFamily.Latency, after[0].Direction, after[0].Unit, from, to, test is null ? (to / from) - 1 : Math.Exp(test.Mean) - 1, test, null, floor, ChangeVerdict.Inconclusive);
    }

    private static Change Memory(SeriesKey key, MetricRecord[] before, MetricRecord[] after)
    {
        var (from, to) = (Mean(before), Mean(after));
        var floor = Math.Max(OtherFloor, from > 0 ? MemoryFloorBytes / from : OtherFloor);
        return new Change(key, ChangeFamily.Memory, after[0].Direction, after[0].Unit, from, to, (to / from) - 1, null, null, floor, ChangeVerdict.Inconclusive);
    }

    private static double Mean(MetricRecord[] metrics) => metrics.Average(metric => metric.Value!.Value);

    private static IEnumerable<Change> Judged(IGrouping<ChangeFamily, Change> family)
    {
        Change[] all = [.. family];
        var adjusted = Holm([.. all.Select(change => change.Test?.PValue ?? 1)]);
        return all.Select((change, index) =>
        {
            var p = change.Test is null ? (double?)null : adjusted[index];
            return change with { AdjustedP = p, Verdict = Verdict(change, p) };
        });
    }

    private static ChangeVerdict Verdict(Change change, double? adjustedP)
    {
        var beyond = Math.Abs(change.Difference) > change.Floor;
        var surely = change.Family == ChangeFamily.Memory || adjustedP < Alpha;
        if (beyond && surely)
        {
            return change.IsWorse ? ChangeVerdict.Regressed : ChangeVerdict.Improved;
        }
        if (change.Family == ChangeFamily.Memory || (change.Test is null && change.Before == change.After))
        {
            return ChangeVerdict.Equivalent;
        }
        if (change.Test is null)
        {
            return ChangeVerdict.Inconclusive;
        }
        // Two one-sided tests at 5 %: the 90 % interval lies within the floor.
        var inner = change.Test.Interval(0.90);
        var interval = change.Family == ChangeFamily.Latency ? Change.Relative(inner) : inner;
        return interval.Low > -change.Floor && interval.High < change.Floor ? ChangeVerdict.Equivalent : ChangeVerdict.Inconclusive;
    }

    /// <summary>Holm's step-down adjustment (Scandinavian Journal of Statistics 6, 1979).</summary>
    internal static double[] Holm(double[] pValues)
    {
        var adjusted = new double[pValues.Length];
        var largest = 0.0;
        foreach (var (index, rank) in Enumerable.Range(0, pValues.Length).OrderBy(index => pValues[index]).ThenBy(index => index).Select((index, rank) => (index, rank)))
        {
            largest = Math.Max(largest, Math.Min(1, pValues[index] * (pValues.Length - rank)));
            adjusted[index] = largest;
        }
        return adjusted;
    }
}
