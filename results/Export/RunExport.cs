using System.Text;
using LT2.Eval.Results.Records;
using LT2.Eval.Results.Store;

namespace LT2.Eval.Results.Export;

/// <summary>Writes a run as a folder of files, one a table.</summary>
public static class RunExport
{
    /// <summary>Writes every table of a run and returns the files' paths; existing files of these names are replaced whole or not at all.</summary>
    public static IReadOnlyList<string> Write(ResultStore store, string runId, string folder, ExportFormat format)
    {
        var run = store.Run(runId);
        var cells = store.Cells(runId);
        return
        [
            File(folder, format, ExportTables.Runs, [run]),
            File(folder, format, ExportTables.Cells, cells),
            File(folder, format, ExportTables.Metrics, store.Metrics(runId)),
            File(folder, format, ExportTables.Samples, cells.SelectMany(cell => store.Samples(runId, cell.CellId))),
            File(folder, format, ExportTables.Responses, cells.SelectMany(cell => store.Responses(runId, cell.CellId))),
            File(folder, format, ExportTables.TimingBlocks, store.TimingBlocks(runId)),
            File(folder, format, ExportTables.TrainingPoints, cells.SelectMany(cell => store.TrainingPoints(runId, cell.CellId))),
            File(folder, format, ExportTables.Environment, store.Environment(runId)),
            File(folder, format, ExportTables.Events, store.Events(runId)),
        ];
    }

    private static string File<T>(string folder, ExportFormat format, ExportTable<T> table, IEnumerable<T> rows)
    {
        var path = Path.Combine(folder, table.Name + (format == ExportFormat.Csv ? ".csv" : ".jsonl"));
        var temporary = path + ".part";
        try
        {
            Directory.CreateDirectory(folder);
            using (var writer = new StreamWriter(temporary, append: false, new UTF8Encoding(encoderShouldEmitUTF8Identifier: false)))
            {
                if (format == ExportFormat.Csv)
                    CsvExport.Write(writer, table, rows);
                else
                    JsonLinesExport.Write(writer, table, rows);
            }
            System.IO.File.Move(temporary, path, overwrite: true);
            return path;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new ResultsException(ResultsProblem.FileUnusable, $"{path} cannot be written: {exception.Message} Name another folder or free some space.", exception);
        }
    }
}
