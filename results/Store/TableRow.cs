using Microsoft.Data.Sqlite;

namespace LT2.Eval.Results.Store;

/// <summary>Typed access to the current row of a reader, by column index.</summary>
internal readonly struct TableRow(SqliteDataReader reader)
{
    public string Text(int column) => reader.GetString(column);

    public string? TextOrNull(int column) => reader.IsDBNull(column) ? null : reader.GetString(column);

    public long Long(int column) => reader.GetInt64(column);

    public long? LongOrNull(int column) => reader.IsDBNull(column) ? null : reader.GetInt64(column);

    public int Int(int column) => checked((int)reader.GetInt64(column));

    public int? IntOrNull(int column) => reader.IsDBNull(column) ? null : Int(column);

    public bool? BoolOrNull(int column) => reader.IsDBNull(column) ? null : reader.GetInt64(column) != 0;

    public double? DoubleOrNull(int column) => reader.IsDBNull(column) ? null : reader.GetDouble(column);

    /// <summary>A number that may be NaN, which SQLite stores as null.</summary>
    public double DoubleOrNaN(int column) => reader.IsDBNull(column) ? double.NaN : reader.GetDouble(column);

    public DateTimeOffset Time(int column) => StoredTime.Parse(reader.GetString(column));

    public DateTimeOffset? TimeOrNull(int column) => reader.IsDBNull(column) ? null : Time(column);
}
