using LT2.Eval.Results.Records;
using Microsoft.Data.Sqlite;

namespace LT2.Eval.Results.Store;

/// <summary>Answers to single requests as rows.</summary>
internal static class ResponseRows
{
    public static void Insert(SqliteConnection connection, long cellRow, IReadOnlyList<ResponseRecord> responses)
    {
        if (responses.Count == 0)
            return;
        using var texts = new TextRows(connection);
        using var writer = Tables.Responses.Writer(connection);
        for (var i = 0; i < responses.Count; i++)
        {
            var r = responses[i];
            writer.Add(cellRow, i, r.TestedLoopCount, texts.RowOf(r.SampleId), r.RequestIndex, r.LogLikelihood, r.IsGreedy ? 1L : 0L, texts.RowOf(r.Text));
        }
    }

    public static List<ResponseRecord> Read(SqliteConnection connection, long cellRow, string cellId)
    {
        using var texts = new TextRows(connection);
        return Tables.Responses.Read(
            connection,
            row => new ResponseRecord(
                cellId, row.Int(2), texts.Text(row.Long(3)), row.Int(4), row.DoubleOrNaN(5), row.Long(6) != 0, texts.TextOrNull(row.LongOrNull(7))),
            "WHERE cell_row = $0 ORDER BY ordinal",
            cellRow);
    }
}
