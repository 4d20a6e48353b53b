using System.Globalization;
using LT2.Eval.Harness.Plans;
using LT2.Eval.Harness.Timing;
using LT2.Eval.Models.Checkpoints;
using LT2.Eval.Models.Kernels;
using LT2.Eval.Results.Records;

namespace LT2.Eval.Harness.Execution;

/// <summary>Measures early exit of a checkpoint and records for each threshold the loss, the loops that a token ran, and the time of a step.</summary>
public sealed class ExitCellRunner : ICellRunner
{
    /// <summary>Suite id of these records.</summary>
    public const string SuiteId = "early-exit";

    /// <summary>A change of latency under 2 % is of no practical interest (statistics of the nightly gate).</summary>
    private const double LatencyFloorShare = 0.02;

    /// <inheritdoc />
    public CellResult Run(CellDefinition cell, CellContext context, CancellationToken cancellation)
    {
        var exit = (ExitCell)cell;
        var started = context.Clock.GetUtcNow();
        var folder = context.CheckpointFolder(exit.Checkpoint.Id);
        var metadata = CheckpointFolder.ReadMetadata(folder);
        using var model = CheckpointFolder.Load(folder, context.Device, Dtypes.Use(exit.Checkpoint.Dtype, context.Device));
        var curve = new ExitCurve(model, context.Device, CheckpointTokenizer.Open(folder, metadata, context.Data), context.Clock);
        var documents = DocumentChoice.Choose(exit.TestCase.LoadDocuments(context.Data), exit.TestSetSeed, int.MaxValue);
        var rows = curve.Rows(documents.SelectMany(exit.TestCase.CreateRequests), exit.Rows, exit.Length);
        var points = new List<ExitPoint>();
        foreach (var threshold in exit.Thresholds)
        {
            context.Progress.CellProgress(cell, (double)points.Count / exit.Thresholds.Count, string.Create(CultureInfo.InvariantCulture, $"threshold {threshold:0.####}"));
            points.AddRange(curve.Measure(rows, [threshold], exit.Model.LoopCount, cancellation));
        }

        var kernels = FusedOperations.Serve(context.Device, model.ElementType) ? TimingSession.FusedKernels : TimingSession.ReadableKernels;
        var host = HostClassName.Of(context.Device);
        return new CellResult(
            CellResults.Record(cell, context, CellOutcome.Finished, null, started) with { CheckpointHash = metadata.Hashes["weights"] },
            [.. points.SelectMany(point => Metrics(exit, context.RunId, point, rows.Count, kernels, host))], [], [], [], []);
    }

    private static IEnumerable<MetricRecord> Metrics(ExitCell exit, string runId, ExitPoint point, int rows, string kernels, string host)
    {
        yield return Record("nat_per_token", point.NatPerToken, point.NatStandardError, point.Tokens, "nat/token", MetricKind.Continuous, null);
        yield return Record("mean_loops", point.MeanLoopCount, null, point.Tokens, "loop", MetricKind.Continuous, null);
        yield return Record("latency", point.MillisecondsPerStep, point.StepStandardError, point.Steps, "ms", MetricKind.Duration, point.MillisecondsPerStep * LatencyFloorShare);

        MetricRecord Record(string metric, double value, double? error, long count, string unit, MetricKind kind, double? floor) => new(
            runId, exit.Id, Key(metric, kind == MetricKind.Duration), exit.Seed, value, error, count, rows, null, MetricDirection.LowerIsBetter, unit, kind, floor);

        SeriesKey Key(string metric, bool isTime) => new(
            SuiteId, 1, exit.TestCase.TaskId, Parameters(exit, point.Threshold), 0, "test", exit.DataHash, metric, null, exit.VariantId, exit.Checkpoint.RecipeHash,
            exit.TrainedLoopCount, exit.Model.LoopCount, exit.Checkpoint.Dtype, rows, isTime ? TimingPhases.Decode : null, isTime ? exit.Length : null, isTime ? kernels : null, isTime ? host : null);
    }

    /// <summary>The case's own parameters and the threshold, sorted by name.</summary>
    private static string Parameters(ExitCell exit, double threshold) => string.Join(';', exit.TestCase.Parameters.Select(pair => $"{pair.Key}={pair.Value}")
        .Append(string.Create(CultureInfo.InvariantCulture, $"exitThreshold={threshold:R}")).Order(StringComparer.Ordinal));
}
