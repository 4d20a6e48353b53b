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
        var changed = LearningRates(store, runId).Values.Where(now => pinned.TryGetValue(now.CellId, out var then) && !then.Rate.Equals(now.Rate));
        foreach (var choice in changed.GroupBy(now => (now.VariantId, now.TrainedLoopCount, Then: pinned[now.CellId].Rate, Now: now.Rate)))
        {
            yield return new("quality", "recipe", FindingStatus.Notice, null, string.Create(CultureInfo.InvariantCulture,
                $"{choice.Key.VariantId} T={choice.Key.TrainedLoopCount}: {choice.Count()} scored cell(s) rest on learning rate {choice.Key.Now:0.######}, which validation loss chose tonight; in the pinned run on {choice.Key.Then:0.######}."));
        }
    }

    // Of each scored cell: the largest rate of the training whose weights it used, as its points tell it. The definitions name the candidates alone.
    private static Dictionary<string, Score> LearningRates(ResultStore store, string runId)
    {
        var cells = store.Cells(runId);
        var trained = cells.Where(cell => cell is { Kind: CellKind.Train, CheckpointHash: not null }).ToLookup(cell => cell.CheckpointHash!);
        var rates = new Dictionary<string, double>(StringComparer.Ordinal);
        var scores = new Dictionary<string, Score>(StringComparer.Ordinal);
        foreach (var cell in cells.Where(cell => cell is { Kind: CellKind.Score, CheckpointHash: not null } && trained.Contains(cell.CheckpointHash)))
        {
            if (!rates.TryGetValue(cell.CheckpointHash!, out var rate))
            {
                var points = store.TrainingPoints(runId, trained[cell.CheckpointHash!].First().CellId);
                rates[cell.CheckpointHash!] = rate = points.Select(point => point.LearningRate).DefaultIfEmpty(double.NaN).Max();
            }
            scores[cell.CellId] = new(cell.CellId, cell.VariantId, cell.TrainedLoopCount, rate);
        }
        return scores;
    }

    private sealed record Score(string CellId, string VariantId, int? TrainedLoopCount, double Rate);
}
