using LT2.Eval.Results.Records;
using Microsoft.Data.Sqlite;

namespace LT2.Eval.Results.Store;

/// <summary>Writes everything a cell leaves behind; the caller holds the transaction.</summary>
internal static class CellWriting
{
    public static void Write(SqliteConnection connection, CellResult result)
    {
        var cell = result.Cell;
        CheckIdentities(result);
        RunRows.Required(connection, cell.RunId);
        Replace(connection, cell);
        var row = CellRows.Insert(connection, cell);
        MetricRows.Insert(connection, row, result.Metrics);
        SampleRows.Insert(connection, row, result.Samples);
        ResponseRows.Insert(connection, row, result.Responses);
        MeasurementRows.Insert(connection, row, result.TimingBlocks);
        MeasurementRows.Insert(connection, row, result.TrainingPoints);
        foreach (var record in result.Events)
            RunRows.InsertEvent(connection, cell.RunId, record);
    }

    public static void ReplaceSamples(SqliteConnection connection, long cellRow, IReadOnlyList<SampleRecord> samples, IReadOnlyList<ResponseRecord> responses)
    {
        Sql.Execute(connection, "DELETE FROM sample_groups WHERE cell_row = $0", cellRow);
        Sql.Execute(connection, "DELETE FROM responses WHERE cell_row = $0", cellRow);
        SampleRows.Insert(connection, cellRow, samples);
        ResponseRows.Insert(connection, cellRow, responses);
    }

    private static void Replace(SqliteConnection connection, CellRecord cell)
    {
        if (CellRows.Read(connection, "WHERE run_id = $0 AND cell_id = $1", cell.RunId, cell.CellId) is not [var former])
            return;
        if (former.Outcome == CellOutcome.Finished)
        {
            throw new ResultsException(
                ResultsProblem.AlreadyRecorded,
                $"Run '{cell.RunId}' in {connection.DataSource} has finished cell '{cell.CellId}' ({former.Title}) already; two processes carried it out. "
                + "The first record is kept.");
        }
        RunRows.InsertEvent(connection, cell.RunId, new(
            cell.StartedUtc, cell.CellId, "info", $"Carried out again; before: {StoredName.Of(former.Outcome)}, {former.Reason}"));
        Sql.Execute(connection, "DELETE FROM cells WHERE run_id = $0 AND cell_id = $1", cell.RunId, cell.CellId);
    }

    private static void CheckIdentities(CellResult result)
    {
        var (runId, cellId) = (result.Cell.RunId, result.Cell.CellId);
        var strangers = result.Metrics.Where(m => m.RunId != runId || m.CellId != cellId).Select(m => $"metric {m.Key.Metric} of {m.RunId}/{m.CellId}")
            .Concat(result.Samples.Where(s => s.CellId != cellId).Select(s => $"sample {s.SampleId} of {s.CellId}"))
            .Concat(result.Responses.Where(r => r.CellId != cellId).Select(r => $"response to {r.SampleId} of {r.CellId}"))
            .Concat(result.TimingBlocks.Where(b => b.CellId != cellId).Select(b => $"timing block of {b.CellId}"))
            .Concat(result.TrainingPoints.Where(p => p.CellId != cellId).Select(p => $"training point of {p.CellId}"))
            .Take(1).ToList();
        if (strangers is [var stranger])
            throw new ResultsException(ResultsProblem.RecordsInconsistent, $"Records of cell {runId}/{cellId} contain {stranger}. Nothing was written.");
        if (result.Cell is { Outcome: not CellOutcome.Finished, Reason: null or "" })
            throw new ResultsException(ResultsProblem.RecordsInconsistent, $"Cell {runId}/{cellId} is {StoredName.Of(result.Cell.Outcome)} without a reason.");
    }
}
