namespace LT2.Eval.Results.Store;

/// <summary>What joining a store into another one did.</summary>
/// <param name="RunsAdded">Runs that were new.</param>
/// <param name="CellsAdded">Cells that were new or replaced one that had not finished.</param>
/// <param name="CellsKept">Cells that were there already.</param>
/// <param name="Conflicts">Cells that both stores have finished with different metrics; the target's were kept.</param>
/// <param name="CellsCompleted">Cells of those kept to which the source had more samples or responses, which were taken over.</param>
public sealed record MergeReport(int RunsAdded, int CellsAdded, int CellsKept, IReadOnlyList<string> Conflicts, int CellsCompleted = 0);
