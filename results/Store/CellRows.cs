using LT2.Eval.Results.Records;
using Microsoft.Data.Sqlite;

namespace LT2.Eval.Results.Store;

/// <summary>Cells as rows.</summary>
internal static class CellRows
{
    public static long Insert(SqliteConnection connection, CellRecord cell)
    {
        var cellRow = Tables.Cells.Insert(
            connection, cell.RunId, cell.CellId, StoredName.Of(cell.Kind), cell.Title, cell.DefinitionJson, StoredName.Of(cell.Outcome), cell.Reason,
            cell.VariantId, cell.Seed, cell.TrainedLoopCount, StoredTime.Of(cell.StartedUtc), cell.DurationSeconds, cell.CheckpointPath,
            cell.CheckpointHash, cell.ReusedFromRunId);
        if (cell.DeviceUse is { } use)
            Tables.DeviceUse.Insert(connection, cellRow, use.Device, use.Seconds, use.BusyShare);
        return cellRow;
    }

    public static List<CellRecord> Read(SqliteConnection connection, string tail, params ReadOnlySpan<object?> values)
    {
        var uses = Tables.DeviceUse.ReadJoined(
            connection, row => (Cell: (row.Text(5), row.Text(6)), Use: new DeviceUse(row.Text(1), row.DoubleOrNaN(2), row.DoubleOrNull(3))),
            ", cells.run_id, cells.cell_id", "JOIN cells USING (cell_row) " + tail, values).ToDictionary(row => row.Cell, row => row.Use);
        return [.. Tables.Cells.Read(connection, Map, tail, values).Select(cell => cell with { DeviceUse = uses.GetValueOrDefault((cell.RunId, cell.CellId)) })];
    }

    public static long? RowOf(SqliteConnection connection, string runId, string cellId) =>
        Sql.ScalarOrNull(connection, "SELECT cell_row FROM cells WHERE run_id = $0 AND cell_id = $1", runId, cellId);

    private static CellRecord Map(TableRow row) => new(
        row.Text(0), row.Text(1), StoredName.Parse<CellKind>(row.Text(2)), row.Text(3), row.Text(4), StoredName.Parse<CellOutcome>(row.Text(5)),
        row.TextOrNull(6), row.Text(7), row.LongOrNull(8), row.IntOrNull(9), row.Time(10), row.DoubleOrNaN(11), row.TextOrNull(12),
        row.TextOrNull(13), row.TextOrNull(14));
}
