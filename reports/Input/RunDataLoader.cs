using LT2.Eval.Results.Records;
using LT2.Eval.Results.Store;

namespace LT2.Eval.Reports.Input;

/// <summary>Reads everything of one run.</summary>
internal static class RunDataLoader
{
    public static RunData Load(ResultStore store, RunRecord run)
    {
        var cells = store.Cells(run.RunId);
        return new RunData(
            run, cells, store.Metrics(run.RunId),
            [.. cells.Where(cell => cell.Kind is CellKind.Score).SelectMany(cell => store.Samples(run.RunId, cell.CellId))],
            store.TimingBlocks(run.RunId),
            [.. cells.Where(cell => cell.Kind is CellKind.Train or CellKind.Curriculum or CellKind.Convert).SelectMany(cell => store.TrainingPoints(run.RunId, cell.CellId))],
            store.Environment(run.RunId), store.Events(run.RunId));
    }
}
