using System.Globalization;
using LT2.Eval.Harness.Execution.Batching;
using LT2.Eval.Harness.Plans;
using LT2.Eval.Models.Checkpoints;
using LT2.Eval.Models.Looping;
using LT2.Eval.Models.Training;
using LT2.Eval.Results.Records;
using LT2.Eval.Tasks.Contracts;

namespace LT2.Eval.Harness.Execution;

/// <summary>
/// Trains stage by stage with the weights kept: every so many steps the stage's fixed validation set is scored at the trained loop count;
/// the stage is passed when the promotion metric and every required slice reach their thresholds, and the run ends when a stage's budget does. An attempt that is cut short
/// is continued in its stage.
/// </summary>
public sealed class CurriculumCellRunner : ICellRunner
{
    private const int ScoreBatchSize = 100;

    private const int LogEverySteps = 50;

    /// <inheritdoc />
    public CellResult Run(CellDefinition cell, CellContext context, CancellationToken cancellation)
    {
        var curriculum = (CurriculumCell)cell;
        var started = context.Clock.GetUtcNow();
        var folder = context.CheckpointFolder(cell.Id);
        var progress = new CurriculumProgress(curriculum, folder);
        using var model = Model(curriculum, context, progress);
        var stages = progress.Stages.ToList();
        List<EventRecord> events = [.. stages.Select(stage => context.Event(cell.Id, "info", stage.Describe()))];
        if (stages.Count > 0)
        {
            events.Add(context.Event(cell.Id, "info", $"Training continued after the {stages.Count} stages that an earlier attempt passed."));
        }

        for (var index = stages.Count; index < curriculum.Curriculum.Stages.Count && stages.All(stage => stage.Passed); index++)
        {
            var stage = curriculum.Curriculum.Stages[index];
            var result = RunStage(curriculum, context, model, stage, index, progress, cancellation);
            stages.Add(result);
            events.Add(context.Event(cell.Id, "info", result.Describe()));
            if (result.Trouble is { } trouble)
            {
                progress.Clear();
                return new CellResult(
                    CellResults.Record(cell, context, trouble, result.Reason, started), CurriculumRecords.Metrics(curriculum, context.RunId, stages), [], [], progress.Points, events);
            }

            Save(progress.CheckpointOf(stage.Size), model, curriculum, stage, context.EnsureStillOwned);
            if (result.Passed)
            {
                progress.Passed(result);
            }
        }

        progress.Clear();
        return new CellResult(
            CellResults.Record(cell, context, CellOutcome.Finished, null, started, CheckpointFolder.ReadMetadata(progress.CheckpointOf(stages[^1].Size)).Hashes["weights"]),
            CurriculumRecords.Metrics(curriculum, context.RunId, stages),
            [],
            [],
            progress.Points,
            events);
    }

    private static LoopedModel Model(CurriculumCell cell, CellContext context, CurriculumProgress progress)
    {
        var dtype = Dtypes.Use(cell.Dtype, context.Device);
        return progress.Stages is [.., var last]
            ? CheckpointFolder.Load(progress.CheckpointOf(last.Size), context.Device, dtype)
            : LoopedModel.Create(cell.Model, cell.Seed!.Value, context.Device, dtype);
    }

    private static StageResult RunStage(
        CurriculumCell cell, CellContext context, LoopedModel model, CurriculumStage stage, int index, CurriculumProgress progress, CancellationToken cancellation)
    {
        var stateFolder = progress.StateFolder(stage.Size);
        var points = progress.Points;
        var source = new GeneratedBatchSource(stage.Case, SampleSplit.Train, cell.Seed!.Value, cell.Recipe.BatchSize);
        var scorer = new GeneratedScorer(model, context.Device, [cell.Model.LoopCount], ScoreBatchSize);
        var earlierSteps = points.Count > 0 ? points[^1].Step : 0;
        try
        {
            for (var done = 0; ;)
            {
                done = Math.Min(done + cell.EvaluateEverySteps, cell.Recipe.Steps);
                var result = Trainer.Train(model, source, cell.Recipe, new TrainingOptions
                {
                    LogEverySteps = LogEverySteps,
                    StateFolder = stateFolder,
                    StopAfterStep = done,
                    CancellationToken = cancellation,
                }, cell.Seed.Value);
                cancellation.ThrowIfCancellationRequested();
                if (result.Outcome != TrainingOutcome.Finished)
                {
                    var trouble = result.Outcome == TrainingOutcome.OutOfMemory ? CellOutcome.OutOfMemory : CellOutcome.Diverged;
                    return new StageResult(stage.Size, result.StepsDone, double.NaN, new Dictionary<string, double>(), false, trouble, result.Reason);
                }

                if (result.StepsDone > done)
                {
                    // An earlier attempt left the state of a later step: on to the next validation, as if there had been no stop.
                    done = (result.StepsDone - 1) / cell.EvaluateEverySteps * cell.EvaluateEverySteps;
                    continue;
                }

                var (value, slices) = Validate(cell, stage, scorer, cancellation);
                var passed = value >= cell.Curriculum.PromotionThreshold
                    && cell.Curriculum.SlicePromotionThresholds.All(pair => slices.GetValueOrDefault(pair.Key) >= pair.Value);
                context.Progress.CellProgress(
                    cell,
                    (index + ((double)done / cell.Recipe.Steps)) / cell.Curriculum.Stages.Count,
                    string.Create(CultureInfo.InvariantCulture, $"size {stage.Size}, step {done}, {cell.Curriculum.PromotionMetric} {value:0.000}"));
                if (passed || done == cell.Recipe.Steps)
                {
                    points.AddRange(result.Points.Select(point => new TrainingPointRecord(
                        cell.Id, earlierSteps + point.Step, point.Tokens, point.Loss, point.GradientNorm, point.LearningRate, [.. point.ResidualRmsByLoop])));
                    return new StageResult(stage.Size, done, value, slices, passed, null, null);
                }
            }
        }
        finally
        {
            if (!cancellation.IsCancellationRequested && Directory.Exists(stateFolder))
            {
                Directory.Delete(stateFolder, recursive: true);
            }
        }
    }

    private static (double Value, IReadOnlyDictionary<string, double> Slices) Validate(
        CurriculumCell cell, CurriculumStage stage, GeneratedScorer scorer, CancellationToken cancellation)
    {
        var scores = scorer.Score(stage.Case, SampleSplit.Validation, cell.TestSetSeed, cell.Curriculum.ValidationSamples, (_, _) => { }, cancellation)[0].Scores;
        var values = ScoreRecords.Aggregates(stage.Case, ScoreRecords.Samples(cell.Id, cell.Model.LoopCount, scores))
            .Where(item => item.Definition.Name == cell.Curriculum.PromotionMetric)
            .ToList();
        return (
            values.First(item => item.Slice is null).Estimate.Value!.Value,
            values.Where(item => item.Slice is not null).ToDictionary(item => item.Slice!, item => item.Estimate.Value ?? double.NaN, StringComparer.Ordinal));
    }

    private static void Save(string folder, LoopedModel model, CurriculumCell cell, CurriculumStage stage, Action ensureStillOwned)
    {
        using var publication = new CheckpointPublication(folder);
        CheckpointFolder.Write(publication.Folder, model, new CheckpointMetadata
        {
            Definition = cell.Model,
            Tokenizer = "none",
            Recipe = cell.Recipe,
            Seed = cell.Seed!.Value,
            MaximumLength = stage.Case.MaximumLength,
        });
        ensureStillOwned();
        publication.Publish();
    }
}
