using LT2.Eval.Harness.Plans;
using LT2.Eval.Results.Records;

namespace LT2.Eval.Harness.Execution;

/// <summary>Takes finished train and convert cells over from earlier runs.</summary>
internal static class CheckpointReuse
{
    /// <summary>The result of the same train cell in an earlier run, where its checkpoint still lies there; else null. A checkpoint that is damaged is an event, and not reused.</summary>
    public static CellResult? Find(CellDefinition cell, CellContext context)
    {
        if (cell.Kind is not (CellKind.Train or CellKind.Convert) || context.Store.FindFinishedTrainCell(cell.Id) is not { CheckpointHash: { } hash } earlier)
        {
            return null;
        }

        var folder = context.CheckpointFolder(cell.Id);
        if (!Directory.Exists(folder))
        {
            return null;
        }

        try
        {
            if (Models.Checkpoints.CheckpointFolder.ReadMetadata(folder).Hashes.GetValueOrDefault("weights") != hash)
            {
                return null;
            }
        }
        catch (Models.ModelException error)
        {
            context.Store.WriteEvent(context.RunId, context.Event(cell.Id, "warning", $"The checkpoint of run {earlier.RunId} is not reused: {error.Message}"));
            return null;
        }

        var source = earlier.ReusedFromRunId ?? earlier.RunId;
        return new CellResult(
            earlier with { RunId = context.RunId, ReusedFromRunId = source, DeviceUse = null },
            [.. context.Store.Metrics(earlier.RunId).Where(metric => metric.CellId == cell.Id).Select(metric => metric with { RunId = context.RunId })],
            [],
            [],
            [.. context.Store.TrainingPoints(earlier.RunId, cell.Id)],
            [context.Event(cell.Id, "info", $"Checkpoint reused from run {source}.")]);
    }
}
