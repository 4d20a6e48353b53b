using LT2.Eval.Results.Records;
using Microsoft.Data.Sqlite;

namespace LT2.Eval.Results.Store;

/// <summary>A table whose last column is the checksum of the others; it is written with every row and checked with every row read.</summary>
internal sealed class Table(string name, params string[] columns)
{
    private readonly string _select = string.Join(", ", columns.Append("checksum").Select(column => $"{name}.{column}"));

    /// <summary>Its name.</summary>
    public string Name => name;

    /// <summary>A prepared insertion of many rows.</summary>
    public TableWriter Writer(SqliteConnection connection, string verb = "INSERT") => new(connection, verb, name, columns);

    /// <summary>Inserts one row, given in the order of the columns, and returns its rowid.</summary>
    public long Insert(SqliteConnection connection, params ReadOnlySpan<object?> values)
    {
        using var writer = Writer(connection);
        writer.Add(values);
        return Sql.Scalar(connection, "SELECT last_insert_rowid()");
    }

    /// <summary>Inserts one row in place of the one with the same primary key.</summary>
    public void Replace(SqliteConnection connection, params ReadOnlySpan<object?> values)
    {
        using var writer = Writer(connection, "REPLACE");
        writer.Add(values);
    }

    /// <summary>Rows of <c>SELECT … FROM table tail</c>, checked.</summary>
    public List<T> Read<T>(SqliteConnection connection, Func<TableRow, T> map, string tail, params ReadOnlySpan<object?> values) =>
        ReadJoined(connection, map, extraColumns: "", tail, values);

    /// <summary>The same with columns of joined tables after the checked ones.</summary>
    public List<T> ReadJoined<T>(SqliteConnection connection, Func<TableRow, T> map, string extraColumns, string tail, params ReadOnlySpan<object?> values)
    {
        using var command = Sql.Command(connection, $"SELECT {_select}{extraColumns} FROM {name} {tail}", values);
        using var reader = command.ExecuteReader();
        var rows = new List<T>();
        var row = new TableRow(reader);
        while (reader.Read())
        {
            Check(reader, connection.DataSource);
            rows.Add(map(row));
        }
        return rows;
    }

    /// <summary>Checks every row.</summary>
    public void CheckAll(SqliteConnection connection)
    {
        using var command = Sql.Command(connection, $"SELECT {_select} FROM {name}");
        using var reader = command.ExecuteReader();
        while (reader.Read())
            Check(reader, connection.DataSource);
    }

    private void Check(SqliteDataReader reader, string file)
    {
        var checksum = RowChecksum.Start();
        for (var i = 0; i < columns.Length; i++)
        {
            if (reader.IsDBNull(i))
                checksum.Add((long?)null);
            else if (reader.GetFieldType(i) == typeof(string))
                checksum.Add(reader.GetString(i));
            else if (reader.GetFieldType(i) == typeof(double))
                checksum.Add(reader.GetDouble(i));
            else
                checksum.Add(reader.GetInt64(i));
        }
        if (reader.IsDBNull(columns.Length) || checksum.Value != reader.GetInt64(columns.Length))
        {
            throw new ResultsException(
                ResultsProblem.StoreDamaged,
                $"A row of table '{name}' in {file} does not match its checksum: bytes of the store were changed. "
                + "Restore the file from a copy, or merge the undamaged stores of other machines into a new one.");
        }
    }
}
