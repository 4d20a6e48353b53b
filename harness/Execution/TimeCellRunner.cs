using LT2.Eval.Harness.Plans;
using LT2.Eval.Harness.Timing;
using LT2.Eval.Results.Records;

namespace LT2.Eval.Harness.Execution;

/// <summary>Times a variant in fresh child processes of this program, one after the other.</summary>
/// <param name="child">Starts one child.</param>
public sealed class TimeCellRunner(ITimingProcess child) : ICellRunner
{
    /// <inheritdoc />
    public CellResult Run(CellDefinition cell, CellContext context, CancellationToken cancellation)
    {
        var time = (TimeCell)cell;
        var started = context.Clock.GetUtcNow();
        var request = new TimingRequest(
            time.Model.VariantId,
            time.Model.LoopCount,
            time.Model.VocabularySize,
            time.Timing.Phases,
            time.Timing.Lengths,
            time.Timing.BatchSize,
            time.Timing.BlockCount,
            time.Timing.MinimumBlockMilliseconds,
            time.Dtype,
            context.DeviceName,
            context.ThreadCount);
        var reports = new List<TimingReport>();
        for (var process = 0; process < time.Timing.ProcessCount; process++)
        {
            context.Progress.CellProgress(cell, (double)process / time.Timing.ProcessCount, $"process {process + 1} of {time.Timing.ProcessCount}");
            reports.Add(child.Run(request with { MemoryLengths = process == 0 ? time.Timing.MemoryLengths ?? time.Timing.Lengths : null, FrontierLimit = process == 0 ? time.Timing.FrontierLimit : null }, cancellation));
        }

        var blocks = reports.SelectMany((report, process) => TimeRecords.Blocks(cell.Id, report, process, time.Model.LoopCount, time.Timing.BatchSize)).ToList();
        var groups = reports.SelectMany(report => report.Measurements.Select(item => (report, item))).GroupBy(pair => (pair.item.Phase, pair.item.SequenceLength)).ToList();
        var metrics = groups.SelectMany(group => TimeRecords.Metrics(time, context.RunId, [.. group]))
            .Concat(reports.SelectMany(report => TimeRecords.Frontier(time, context.RunId, report))).ToList();
        var events = groups.SelectMany(group => group.Where(pair => pair.item.Outcome != "finished").Take(1))
            .Select(pair => context.Event(cell.Id, "warning", $"{pair.item.Phase} at {pair.item.SequenceLength} tokens: {pair.item.Outcome}: {pair.item.Reason}"))
            .Concat(groups.SelectMany(group => group.Where(pair => pair.item.Execution is { } execution && execution.StartsWith("eager", StringComparison.Ordinal)).Take(1))
                .Select(pair => context.Event(cell.Id, "warning", $"{pair.item.Phase} at {pair.item.SequenceLength} tokens ran without a graph, {pair.item.Execution}")))
            .Concat(reports.SelectMany(report => report.Frontier ?? []).Where(point => point.ShortestTooLong is not null)
                .Select(point => context.Event(cell.Id, "info", $"{point.Phase} runs at {point.LongestTokens} tokens and runs out of memory at {point.ShortestTooLong}")))
            .Concat(blocks.Where(block => block.IsTainted).Take(1)
                .Select(first => context.Event(cell.Id, "warning", $"{blocks.Count(block => block.IsTainted)} of {blocks.Count} timed blocks are tainted; the first by {first.ThrottleReason}")))
            .ToList();
        return new CellResult(CellResults.Record(cell, context, CellOutcome.Finished, null, started), metrics, [], blocks, [], events);
    }
}
