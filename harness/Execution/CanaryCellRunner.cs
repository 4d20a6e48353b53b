using LT2.Eval.Harness.Plans;
using LT2.Eval.Harness.Timing;
using LT2.Eval.Results.Gating;
using LT2.Eval.Results.Records;

namespace LT2.Eval.Harness.Execution;

/// <summary>Measures the canary in a fresh child process and records it as series of its own.</summary>
/// <param name="child">Starts the child.</param>
public sealed class CanaryCellRunner(ITimingProcess child) : ICellRunner
{
    /// <inheritdoc />
    public CellResult Run(CellDefinition cell, CellContext context, CancellationToken cancellation)
    {
        var canary = (CanaryCell)cell;
        var started = context.Clock.GetUtcNow();
        var report = child.RunCanary(context.DeviceName, context.ThreadCount, cancellation);
        return new CellResult(
            CellResults.Record(cell, context, CellOutcome.Finished, null, started),
            [.. report.Measurements.Select(item => Metric(canary, context.RunId, report, item))],
            [],
            [.. TimeRecords.Blocks(cell.Id, report, process: 0, loopCount: 1, batchSize: 1)],
            [],
            []);
    }

    private static MetricRecord Metric(CanaryCell cell, string runId, TimingReport report, TimingMeasurement item) => new(
        runId,
        cell.Id,
        new SeriesKey(
            "timing",
            CanaryCell.WorkloadVersion,
            CanarySeries.TaskId,
            $"position={cell.Position}",
            0,
            null,
            null,
            "latency",
            null,
            CanarySeries.TaskId,
            null,
            null,
            null,
            "float32",
            1,
            item.Phase,
            null,
            report.KernelSelection,
            report.HostClass),
        null,
        MathNet.Numerics.Statistics.Statistics.Median(item.UsableMilliseconds()),
        null,
        item.UsableMilliseconds().Count,
        1,
        null,
        MetricDirection.LowerIsBetter,
        "ms",
        MetricKind.Duration,
        null);
}
