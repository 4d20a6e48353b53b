using LT2.Eval.Harness.Plans;
using LT2.Eval.Harness.Timing;
using LT2.Eval.Models.Definitions;
using LT2.Eval.Results.Records;

namespace LT2.Eval.Harness.Execution;

/// <summary>Turns the measurements of one phase and length, over all processes, into metric records.</summary>
internal static class TimeRecords
{
    /// <summary>A change of latency under 2 % is of no practical interest (statistics of the nightly gate).</summary>
    private const double LatencyFloorShare = 0.02;

    private const double MemoryFloorBytes = 64d * 1024 * 1024;

    /// <summary>Forward operations for one token by the shapes alone; nothing is measured, so that it compares models and not implementations.</summary>
    public const string FlopsPerToken = "flops_per_token";

    /// <summary>Suite id, and metric names, of time cells.</summary>
    public const string Suite = "timing", Latency = "latency", PeakMemory = "peak_memory";

    /// <summary>Version of what they measure.</summary>
    public const int SuiteVersion = 1;

    /// <summary>Every block of one process.</summary>
    public static IEnumerable<TimingBlockRecord> Blocks(string cellId, TimingReport report, int process, int loopCount, int batchSize) =>
        from item in report.Measurements
        from block in item.BlockMilliseconds.Index()
        let condition = item.Conditions?[block.Index]
        select new TimingBlockRecord(
            cellId, item.Phase, item.SequenceLength, loopCount, batchSize, process, block.Index, item.Iterations, block.Item, condition?.IsTainted ?? false,
            condition?.ClockMegahertz, condition?.TemperatureCelsius, condition?.PowerWatts, condition?.ThrottleReason);

    public static IEnumerable<MetricRecord> Metrics(TimeCell cell, string runId, IReadOnlyList<(TimingReport Report, TimingMeasurement Item)> measured)
    {
        var (report, first) = measured[0];
        var medians = measured.Where(pair => pair.Item.Outcome == "finished").Select(pair => Median(pair.Item.UsableMilliseconds())).ToList();

        // Block mean, process median, then the median of processes on the log scale.
        var logarithms = medians.Select(median => Math.Log(median)).ToList();
        double? latency = medians.Count == measured.Count ? Math.Exp(Median(logarithms)) : null;

        // Blocks of one process are slow or fast together, so that only processes count; a log's error times the value is that of the value.
        double? error = logarithms.Count > 1 ? latency * StandardErrorOfMedian(logarithms) : null;
        var blocks = measured.Sum(pair => pair.Item.UsableMilliseconds().Count);
        yield return Record(cell, runId, report, first, Latency, latency, error, blocks, measured.Count, "ms", MetricKind.Duration, latency * LatencyFloorShare);

        var tokens = first.Phase == TimingPhases.Decode ? cell.Timing.BatchSize : first.SequenceLength * cell.Timing.BatchSize;
        yield return Record(
            cell, runId, report, first, "tokens_per_second", tokens * 1000d / latency, null, blocks, measured.Count, "token/s", MetricKind.Continuous, null, MetricDirection.HigherIsBetter);
        yield return Record(
            cell, runId, report, first, FlopsPerToken, ModelShape.FlopsPerToken(cell.Model, ContextLength(first)), null, 0, 0, "FLOP/token", MetricKind.Continuous, null);
        if (measured.Select(pair => pair.Item.JoulesAnIteration).OfType<double>().ToList() is { Count: > 0 } joules)
        {
            yield return Record(
                cell, runId, report, first, "joules_per_token", Median(joules) / tokens, null, joules.Count, joules.Count, "J/token", MetricKind.Continuous, null);
        }

        foreach (var (metric, unit, amount, limits) in Rates(measured))
        {
            yield return Record(cell, runId, report, first, metric, amount * 1000 / latency, null, blocks, measured.Count, unit, MetricKind.Continuous, null, MetricDirection.HigherIsBetter);
            if (limits.Count > 0)
            {
                yield return Record(
                    cell, runId, report, first, metric + "_limit", Median(limits), null, limits.Count, limits.Count, unit, MetricKind.Continuous, null, MetricDirection.HigherIsBetter);
            }
        }

        if (measured.Select(pair => pair.Item.PeakMemoryBytes).OfType<long>().ToList() is { Count: > 0 } peaks)
        {
            yield return Record(
                cell, runId, report, first, PeakMemory, peaks.Max(), null, peaks.Count, peaks.Count, "byte", MetricKind.Bytes, MemoryFloorBytes);
        }
    }

    /// <summary>The longest length that fits the memory, for every phase whose frontier was looked for.</summary>
    public static IEnumerable<MetricRecord> Frontier(TimeCell cell, string runId, TimingReport report) =>
        from point in report.Frontier ?? []
        let item = new TimingMeasurement(point.Phase, 0, "finished", null, 0, [], null)
        select Record(cell, runId, report, item, "longest_length", point.LongestTokens, null, 1, 1, "token", MetricKind.Continuous, null, MetricDirection.HigherIsBetter);

    /// <summary>What bounds a phase on a GPU, an iteration's amount of it, and what the device did of it at most in each process.</summary>
    private static IEnumerable<(string Metric, string Unit, double Amount, IReadOnlyList<double> Limits)> Rates(IReadOnlyList<(TimingReport Report, TimingMeasurement Item)> measured)
    {
        var limits = measured.Select(pair => pair.Report.Limits).OfType<RateLimits>().ToList();
        if (limits.Count == 0)
        {
            yield break;
        }

        if (measured[0].Item.BytesAnIteration is { } bytes)
        {
            yield return ("bandwidth", "byte/s", bytes, [.. limits.Select(limit => limit.BytesPerSecond)]);
        }

        if (measured[0].Item.OperationsAnIteration is { } operations)
        {
            yield return ("operation_rate", "FLOP/s", operations, [.. limits.Select(limit => limit.OperationsPerSecond)]);
        }
    }

    // A token that is read or trained on sees half of the sequence on average, one that is decoded all of it.
    private static int ContextLength(TimingMeasurement item) => item.Phase == TimingPhases.Decode ? item.SequenceLength : Math.Max(1, item.SequenceLength / 2);

    private static MetricRecord Record(
        TimeCell cell, string runId, TimingReport report, TimingMeasurement item, string metric, double? value, double? error, long count, long clusters,
        string unit, MetricKind kind, double? floor, MetricDirection direction = MetricDirection.LowerIsBetter) => new(
        runId,
        cell.Id,
        new SeriesKey(
            Suite,
            SuiteVersion,
            item.Phase,
            "",
            0,
            null,
            null,
            metric,
            null,
            cell.Model.VariantId,
            null,
            null,
            cell.Model.LoopCount,
            cell.Dtype,
            cell.Timing.BatchSize,
            item.Phase,
            item.SequenceLength,
            report.KernelSelection,
            report.HostClass),
        null,
        value,
        error,
        count,
        clusters,
        null,
        direction,
        unit,
        kind,
        floor);

    private static double Median(IReadOnlyList<double> values) => MathNet.Numerics.Statistics.Statistics.Median(values);

    /// <summary>1.2533 · s / √n, the large-sample standard error of a median of normal values, n of them.</summary>
    private static double StandardErrorOfMedian(List<double> values)
        => Math.Sqrt(Math.PI / 2) * MathNet.Numerics.Statistics.Statistics.StandardDeviation(values) / Math.Sqrt(values.Count);
}
