using LT2.Eval.Results.Records;
using Microsoft.Data.Sqlite;

namespace LT2.Eval.Results.Store;

/// <summary>
/// Samples as rows: metric, loop count and slice are stated once a group, and ids, clusters, answers and expectations once a store,
/// so that a sample costs some 30 bytes each night.
/// </summary>
internal static class SampleRows
{
    public static void Insert(SqliteConnection connection, long cellRow, IReadOnlyList<SampleRecord> samples)
    {
        if (samples.Count == 0)
            return;
        using var texts = new TextRows(connection);
        using var writer = Tables.Samples.Writer(connection);
        var seen = new HashSet<string>(StringComparer.Ordinal);
        foreach (var group in samples.GroupBy(sample => (sample.Metric, sample.TestedLoopCount, sample.Slice)))
        {
            var (metric, loopCount, slice) = group.Key;
            var rows = group.ToList();
            var groupRow = Tables.SampleGroups.Insert(connection, cellRow, metric, loopCount, slice, rows.Count);
            seen.Clear();
            for (var i = 0; i < rows.Count; i++)
            {
                var sample = rows[i];
                if (!seen.Add(sample.SampleId))
                {
                    throw new ResultsException(
                        ResultsProblem.RecordsInconsistent,
                        $"Sample '{sample.SampleId}' occurs twice under metric '{metric}', loop count {loopCount}, slice '{slice ?? "all"}' of cell "
                        + $"{sample.CellId}. Ids must be unique there, because comparisons pair by them: mend the suite.");
                }
                writer.Add(
                    groupRow, i, texts.RowOf(sample.SampleId), texts.RowOf(sample.ClusterId), sample.Numerator, sample.Denominator,
                    texts.RowOf(sample.Answer), texts.RowOf(sample.Expected));
            }
        }
    }

    public static List<SampleRecord> Read(SqliteConnection connection, long cellRow, string cellId, string? metric, int? loopCount)
    {
        using var texts = new TextRows(connection);
        var groups = Tables.SampleGroups.ReadJoined(
            connection,
            row => (Metric: row.Text(1), LoopCount: row.Int(2), Slice: row.TextOrNull(3), Count: row.Int(4), Row: row.Long(6)),
            extraColumns: ", group_row",
            "WHERE cell_row = $0 AND ($1 IS NULL OR metric = $1) AND ($2 IS NULL OR tested_loop_count = $2) ORDER BY group_row",
            cellRow, metric, loopCount);
        var samples = new List<SampleRecord>(groups.Sum(group => group.Count));
        foreach (var group in groups)
        {
            var rows = Tables.Samples.Read(
                connection,
                row => new SampleRecord(
                    cellId, group.Metric, group.LoopCount, texts.Text(row.Long(2)), texts.TextOrNull(row.LongOrNull(3)), group.Slice,
                    row.DoubleOrNaN(4), row.DoubleOrNaN(5), texts.TextOrNull(row.LongOrNull(6)), texts.TextOrNull(row.LongOrNull(7))),
                "WHERE group_row = $0 ORDER BY ordinal",
                group.Row);
            if (rows.Count != group.Count)
            {
                throw new ResultsException(
                    ResultsProblem.StoreDamaged,
                    $"{connection.DataSource} has {rows.Count} of the {group.Count} samples of metric '{group.Metric}' of cell {cellId}. Restore it from a copy.");
            }
            samples.AddRange(rows);
        }
        return samples;
    }
}
