using System.Globalization;
using LT2.Eval.Harness.Plans;
using LT2.Eval.Models.Checkpoints;
using LT2.Eval.Models.Conversion.Distillation;
using LT2.Eval.Models.Training;
using LT2.Eval.Results.Records;

namespace LT2.Eval.Harness.Execution;

/// <summary>Converts the checkpoint of a train cell, records every stage's curve and the student's validation loss, and leaves a checkpoint folder.</summary>
/// <param name="corpora">Training texts, tokenised once a process.</param>
public sealed class ConvertCellRunner(CorpusCache corpora) : ICellRunner
{
    /// <inheritdoc />
    public CellResult Run(CellDefinition cell, CellContext context, CancellationToken cancellation)
    {
        var convert = (ConvertCell)cell;
        var started = context.Clock.GetUtcNow();
        var folder = context.CheckpointFolder(cell.Id);
        var settings = new ConversionSettings(
            context.CheckpointFolder(convert.Teacher.Id), convert.Recipe, convert.VariantId, convert.TrainingCase, convert.Teacher.DataHash, convert.ValidationSamples, convert.Seed!.Value, convert.Dtype);
        var job = new ConversionJob(settings, context.Device, corpora, folder, (share, detail) => context.Progress.CellProgress(cell, share, detail))
        {
            BeforePublishing = context.EnsureStillOwned,
        };
        var continued = job.HasEarlierState;
        var (result, validationLoss) = job.Run(cancellation);
        var points = Points(cell.Id, result.Stages);
        var events = Events(convert, context, result).ToList();
        if (continued)
        {
            events.Add(context.Event(cell.Id, "info", "The conversion continued from the state an earlier attempt left."));
        }

        if (validationLoss is not { } loss)
        {
            var outcome = result.Outcome switch
            {
                TrainingOutcome.Diverged => CellOutcome.Diverged,
                TrainingOutcome.OutOfMemory => CellOutcome.OutOfMemory,
                _ => CellOutcome.Failed,
            };
            return new CellResult(CellResults.Record(cell, context, outcome, result.Reason, started), [], [], [], points, [.. events, context.Event(cell.Id, "warning", result.Reason)]);
        }

        var hash = CheckpointFolder.ReadMetadata(folder).Hashes["weights"];
        return new CellResult(
            CellResults.Record(cell, context, CellOutcome.Finished, null, started, hash), [ValidationRecord.Of(convert, context.RunId, loss), .. ModelCostRecords.Of(convert, context.RunId, convert.ScoredLength)], [], [], points, events);
    }

    /// <summary>One curve: steps and tokens count on through the stages.</summary>
    private static List<TrainingPointRecord> Points(string cellId, IReadOnlyList<ConversionStageResult> stages)
    {
        var points = new List<TrainingPointRecord>();
        foreach (var stage in stages)
        {
            var (steps, tokens) = points.Count > 0 ? (points[^1].Step, points[^1].TokensSeen) : (0, 0L);
            points.AddRange(stage.Points.Select(point => new TrainingPointRecord(
                cellId, steps + point.Step, tokens + point.Tokens, point.Loss, point.GradientNorm, point.LearningRate, [.. point.ResidualRmsByLoop])));
        }

        return points;
    }

    private static IEnumerable<EventRecord> Events(ConvertCell cell, CellContext context, ConversionResult result)
    {
        foreach (var stage in result.Stages.Where(stage => stage.Points.Count > 0))
        {
            yield return context.Event(cell.Id, "info", string.Create(
                CultureInfo.InvariantCulture, $"{stage.Name}: {stage.Tokens:N0} tokens, loss {stage.Points[0].Loss:0.0000} to {stage.Points[^1].Loss:0.0000}."));
        }

        if (result.SensitivityByLayer is { } sensitivity)
        {
            var layers = string.Join(", ", sensitivity.OrderBy(pair => pair.Key).Select(pair => string.Create(CultureInfo.InvariantCulture, $"{pair.Key}: {pair.Value:0.0000}")));
            yield return context.Event(cell.Id, "info", $"Divergence in nat/token when one layer alone is replaced ({layers}).");
        }
    }
}
