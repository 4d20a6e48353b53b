using LT2.Eval.Harness.Plans;
using LT2.Eval.Models.Checkpoints;
using LT2.Eval.Models.Training;
using LT2.Eval.Results.Records;

namespace LT2.Eval.Harness.Execution;

/// <summary>Trains a variant, measures its validation loss and leaves a checkpoint folder.</summary>
/// <param name="corpora">Training texts, tokenised once a process.</param>
public sealed class TrainCellRunner(CorpusCache corpora) : ICellRunner
{
    /// <inheritdoc />
    public CellResult Run(CellDefinition cell, CellContext context, CancellationToken cancellation)
    {
        var train = (TrainCell)cell;
        var (trained, events) = AtChosenRate(train, context);
        var started = context.Clock.GetUtcNow();
        var folder = context.CheckpointFolder(cell.Id);
        var job = new TrainingJob(trained, context.Device, corpora, folder, (share, detail) => context.Progress.CellProgress(cell, share, detail))
        {
            BeforePublishing = context.EnsureStillOwned,
        };
        var continued = job.HasEarlierState;
        var (result, validationLoss) = job.Run(cancellation);
        var points = result.Points.Select(point => new TrainingPointRecord(
            cell.Id, point.Step, point.Tokens, point.Loss, point.GradientNorm, point.LearningRate, [.. point.ResidualRmsByLoop])).ToList();
        if (validationLoss is not { } loss)
        {
            var outcome = result.Outcome switch
            {
                TrainingOutcome.Diverged => CellOutcome.Diverged,
                TrainingOutcome.OutOfMemory => CellOutcome.OutOfMemory,
                _ => CellOutcome.Failed,
            };
            return new CellResult(
                CellResults.Record(cell, context, outcome, result.Reason, started), [.. StabilityRecords.Of(train, context.RunId, result.Points)], [], [], points,
                [.. events, context.Event(cell.Id, "warning", result.Reason ?? outcome.ToString())]);
        }

        if (continued)
        {
            events.Add(context.Event(cell.Id, "info", "Training continued from the state an earlier attempt left."));
        }

        if (context.Device.IsCuda)
        {
            events.Add(context.Event(cell.Id, "info", $"Training steps ran as {result.Execution}."));
        }

        var hash = CheckpointFolder.ReadMetadata(folder).Hashes["weights"];
        return new CellResult(
            CellResults.Record(cell, context, CellOutcome.Finished, null, started, hash),
            [ValidationRecord.Of(train, context.RunId, loss), .. ModelCostRecords.Of(train, context.RunId, train.SequenceLength), .. StabilityRecords.Of(train, context.RunId, result.Points)],
            [],
            [],
            points,
            events);
    }

    /// <summary>The training with its learning rate, and what is to be told of the choice: records keep the planned cell, since every choice is one series.</summary>
    private static (TrainCell Trained, List<EventRecord> Events) AtChosenRate(TrainCell train, CellContext context)
    {
        if (train.Trials.Count == 0)
        {
            return (train, []);
        }

        var (trial, events) = CandidateChoice.Choose(train.Id, train.Trials, context);
        return (train.At(((TrainCell)trial).Recipe.LearningRate), [.. events]);
    }
}
