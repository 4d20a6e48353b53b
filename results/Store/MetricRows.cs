using LT2.Eval.Results.Records;
using Microsoft.Data.Sqlite;

namespace LT2.Eval.Results.Store;

/// <summary>Metrics and the series they belong to as rows.</summary>
internal static class MetricRows
{
    public static void Insert(SqliteConnection connection, long cellRow, IReadOnlyList<MetricRecord> metrics)
    {
        using var writer = Tables.Metrics.Writer(connection);
        for (var i = 0; i < metrics.Count; i++)
        {
            var m = metrics[i];
            writer.Add(
                cellRow, i, SeriesRow(connection, m.Key), m.Seed, m.Value, m.StandardError, m.SampleCount, m.ClusterCount, m.Chance,
                StoredName.Of(m.Direction), m.Unit, StoredName.Of(m.Kind), m.PracticalFloor, StoredName.Of(m.Transform));
        }
    }

    /// <summary>Metrics by a condition on <c>metrics</c>, <c>cells</c> and <c>series</c>, in the order in which they were written.</summary>
    public static List<MetricRecord> Read(SqliteConnection connection, string condition, params ReadOnlySpan<object?> values)
    {
        var keys = new Dictionary<long, SeriesKey>();
        const string Joined = "JOIN cells USING (cell_row) JOIN series USING (series_row)";
        // Metrics know only the row of their series: one checked read of each series, not one a metric.
        return Tables.Metrics.ReadJoined(
            connection,
            row =>
            {
                var seriesRow = row.Long(2);
                if (!keys.TryGetValue(seriesRow, out var key))
                    keys[seriesRow] = key = Key(connection, seriesRow);
                return new MetricRecord(
                    row.Text(15), row.Text(16), key, row.LongOrNull(3), row.DoubleOrNull(4), row.DoubleOrNull(5), row.Long(6), row.Long(7),
                    row.DoubleOrNull(8), StoredName.Parse<MetricDirection>(row.Text(9)), row.Text(10), StoredName.Parse<MetricKind>(row.Text(11)),
                    row.DoubleOrNull(12), StoredName.Parse<MetricTransform>(row.Text(13)));
            },
            extraColumns: ", cells.run_id, cells.cell_id",
            $"{Joined} WHERE {condition} ORDER BY metrics.cell_row, metrics.ordinal",
            values);
    }

    /// <summary>All series of the store, by id.</summary>
    public static List<SeriesKey> Keys(SqliteConnection connection) => Tables.Series.Read(connection, MapKey, "ORDER BY series_id");

    private static SeriesKey Key(SqliteConnection connection, long seriesRow) =>
        Tables.Series.Read(connection, MapKey, "WHERE series_row = $0", seriesRow)[0];

    private static long SeriesRow(SqliteConnection connection, SeriesKey key)
    {
        var id = SeriesIdentity.Of(key);
        return Sql.ScalarOrNull(connection, "SELECT series_row FROM series WHERE series_id = $0", id)
            ?? Tables.Series.Insert(connection, [id, .. SeriesIdentity.Parts(key)]);
    }

    private static SeriesKey MapKey(TableRow row) => new(
        row.Text(1), row.Int(2), row.Text(3), row.Text(4), row.Int(5), row.TextOrNull(6), row.TextOrNull(7), row.Text(8), row.TextOrNull(9),
        row.Text(10), row.TextOrNull(11), row.IntOrNull(12), row.IntOrNull(13), row.Text(14), row.Int(15), row.TextOrNull(16), row.IntOrNull(17),
        row.TextOrNull(18), row.TextOrNull(19));
}
