using System.Globalization;
using LT2.Eval.Results.Records;
using LT2.Eval.Results.Store;

namespace LT2.Eval.Results.Gating;

/// <summary>Where a sweep chose another learning rate than in the pinned run: quality that moved for all seeds together may have moved with that choice.</summary>
internal static class ChosenRecipes
{
    public static IEnumerable<GateFinding> Check(ResultStore store, string pinnedRunId, string runId)
    {
        var pinned = LearningRates(store, pinnedRunId);
        var changed = from now in LearningRates(store, runId)
                      join then in pinned on now.CellId equals then.CellId
                      where !now.Rate.Equals(then.Rate)
                      group now by (now.VariantId, now.TrainedLoopCount, Then: then.Rate, Now: now.Rate);
        foreach (var choice in changed)
        {
            yield return new("quality", "recipe", FindingStatus.Notice, null, string.Create(CultureInfo.InvariantCulture,
                $"{choice.Key.VariantId} T={choice.Key.TrainedLoopCount}: {choice.Count()} scored cell(s) rest on learning rate {choice.Key.Now:0.######}, which validation loss chose tonight; in the pinned run on {choice.Key.Then:0.######}."));
        }
    }

    // Of each scored cell: the largest rate of the training whose weights it used, as its points tell it. The definitions name the candidates alone.
    private static List<Score> LearningRates(ResultStore store, string runId)
    {
        var cells = store.Cells(runId);
        var rates = cells.Where(cell => cell is { Kind: CellKind.Train, CheckpointHash: not null }).DistinctBy(cell => cell.CheckpointHash)
            .ToDictionary(cell => cell.CheckpointHash!, cell => store.TrainingPoints(runId, cell.CellId).Max(point => (double?)point.LearningRate), StringComparer.Ordinal);
        return [.. cells.Where(cell => cell is { Kind: CellKind.Score, CheckpointHash: not null } && rates.ContainsKey(cell.CheckpointHash))
            .Select(cell => new Score(cell.CellId, cell.VariantId, cell.TrainedLoopCount, rates[cell.CheckpointHash!]))];
    }

    private sealed record Score(string CellId, string VariantId, int? TrainedLoopCount, double? Rate);
}
