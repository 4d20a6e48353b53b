using LT2.Eval.Results.Records;
using Microsoft.Data.Sqlite;

namespace LT2.Eval.Results.Store;

/// <summary>Texts that recur from night to night, each stored once; remembers what it has looked up.</summary>
internal sealed class TextRows(SqliteConnection connection) : IDisposable
{
    private readonly Dictionary<string, long> _rows = new(StringComparer.Ordinal);
    private readonly Dictionary<long, string> _texts = [];
    private readonly SqliteCommand _find = Sql.Command(connection, "SELECT text_row FROM texts WHERE text = $0", "");
    private readonly SqliteCommand _nextRow = Sql.Command(connection, "SELECT coalesce(max(text_row), 0) + 1 FROM texts");
    private readonly SqliteCommand _read = Sql.Command(connection, "SELECT text, checksum FROM texts WHERE text_row = $0", 0L);
    private readonly TableWriter _writer = Tables.Texts.Writer(connection);

    /// <summary>Row of a text, stored now if it is new; null for null.</summary>
    public long? RowOf(string? text)
    {
        if (text is null)
            return null;
        if (_rows.TryGetValue(text, out var row))
            return row;
        _find.Parameters[0].Value = text;
        if (_find.ExecuteScalar() is long found)
            return _rows[text] = found;
        row = (long)_nextRow.ExecuteScalar()!;
        _writer.Add(row, text);
        return _rows[text] = row;
    }

    /// <summary>Text of a row, checked.</summary>
    public string Text(long row)
    {
        if (_texts.TryGetValue(row, out var text))
            return text;
        _read.Parameters[0].Value = row;
        using var reader = _read.ExecuteReader();
        if (!reader.Read() || reader.IsDBNull(0) || RowChecksum.Of([row, text = reader.GetString(0)]) != reader.GetInt64(1))
        {
            throw new ResultsException(
                ResultsProblem.StoreDamaged,
                $"Text {row} of {connection.DataSource} is missing or does not match its checksum. Restore the file from a copy.");
        }
        return _texts[row] = text;
    }

    /// <summary>The same; null for null.</summary>
    public string? TextOrNull(long? row) => row is { } present ? Text(present) : null;

    public void Dispose()
    {
        _find.Dispose();
        _nextRow.Dispose();
        _read.Dispose();
        _writer.Dispose();
    }
}
