using LT2.Eval.Results.Records;
using LT2.Eval.Results.Store;

namespace LT2.Eval.Results.Gating;

/// <summary>
/// Which variants were trained to other weights than in the pinned run: there the code of training, its numerics or its host changed. Where all are equal there is nothing to say.
/// </summary>
internal static class TrainedWeights
{
    public static IEnumerable<GateFinding> Check(ResultStore store, string pinnedRunId, string runId)
    {
        var pinned = Trained(store, pinnedRunId).ToDictionary(cell => cell.CellId, cell => cell.CheckpointHash, StringComparer.Ordinal);
        var both = Trained(store, runId).Where(cell => pinned.ContainsKey(cell.CellId)).ToList();
        var others = both.Where(cell => pinned[cell.CellId] != cell.CheckpointHash).GroupBy(cell => cell.VariantId).OrderBy(group => group.Key, StringComparer.Ordinal).ToList();
        if (others.Count > 0)
        {
            yield return new("quality", "weights", FindingStatus.Notice, null,
                $"{both.Count - others.Sum(group => group.Count())} of {both.Count} trained models have the pinned run's weights to the last bit; not so "
                + $"{string.Join(", ", others.Select(group => $"{group.Key} ({group.Count()})"))}.");
        }
    }

    private static IEnumerable<CellRecord> Trained(ResultStore store, string runId) =>
        store.Cells(runId).Where(cell => cell is { Kind: CellKind.Train or CellKind.Curriculum or CellKind.Convert, CheckpointHash: not null });
}
