using LT2.Eval.Results.Records;

namespace LT2.Eval.Results.Store;

/// <summary>
/// The result of one cell in a file of its own: a store with one run and one cell, in one piece (no <c>-wal</c> beside it) and never changed once it is there.
/// Processes that share nothing but a folder hand results over this way; <see cref="StoreMerge"/> reads such a file like any other store.
/// </summary>
public static class CellFile
{
    /// <summary>Writes the file; it appears whole or not at all, and never replaces another.</summary>
    /// <exception cref="ResultsException">It cannot be written, or is there already.</exception>
    public static void Write(string path, RunRecord run, IReadOnlyList<EnvironmentEntry> environment, CellResult result)
    {
        var temporary = Path.Combine(Path.GetDirectoryName(Path.GetFullPath(path))!, $".{Path.GetFileName(path)}.{Guid.NewGuid():N}");
        try
        {
            using (var store = ResultStore.Open(temporary, StoreAccess.ReadWrite))
            {
                store.CreateRun(run);
                store.WriteEnvironment(run.RunId, environment);
                store.WriteCell(result);
                store.LeaveOneFile();
            }
            StoreErrors.Guard(path, () =>
            {
                File.Move(temporary, path, overwrite: false);
                return true;
            });
        }
        finally
        {
            File.Delete(temporary);
        }
    }

    /// <summary>Reads the run, its environment and the cell.</summary>
    /// <exception cref="ResultsException">The file is damaged, or holds something else.</exception>
    public static (RunRecord Run, IReadOnlyList<EnvironmentEntry> Environment, CellResult Result) Read(string path)
    {
        using var store = ResultStore.Open(path, StoreAccess.ReadOnly);
        if (store.Runs() is not [var run] || store.Cells(run.RunId) is not [var cell])
            throw new ResultsException(ResultsProblem.RecordsInconsistent, $"{path} does not hold one run with one cell; it was left as it is.");
        return (run, store.Environment(run.RunId), store.CellResult(run.RunId, cell.CellId));
    }
}
