using Microsoft.Data.Sqlite;

namespace LT2.Eval.Results.Store;

/// <summary>A prepared insertion; the checksum is computed here. Rows are given in the order of the table's columns.</summary>
internal sealed class TableWriter : IDisposable
{
    private readonly SqliteCommand _command;

    public TableWriter(SqliteConnection connection, string verb, string table, string[] columns)
    {
        _command = connection.CreateCommand();
        var names = string.Join(", ", columns.Append("checksum"));
        var parameters = string.Join(", ", Enumerable.Range(0, columns.Length + 1).Select(Sql.Parameter));
        _command.CommandText = $"{verb} INTO {table} ({names}) VALUES ({parameters})";
        for (var i = 0; i <= columns.Length; i++)
            _command.Parameters.AddWithValue(Sql.Parameter(i), DBNull.Value);
    }

    /// <summary>Inserts one row.</summary>
    public void Add(params ReadOnlySpan<object?> values)
    {
        if (values.Length != _command.Parameters.Count - 1)
            throw new ArgumentException($"{values.Length} values for {_command.Parameters.Count - 1} columns.", nameof(values));
        for (var i = 0; i < values.Length; i++)
        {
            _command.Parameters[i].Value = values[i] switch
            {
                null => DBNull.Value,
                double number when double.IsNaN(number) => DBNull.Value,
                var value => value,
            };
        }
        _command.Parameters[values.Length].Value = RowChecksum.Of(values);
        _command.ExecuteNonQuery();
    }

    public void Dispose() => _command.Dispose();
}
