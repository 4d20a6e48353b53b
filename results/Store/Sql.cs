using System.Globalization;
using Microsoft.Data.Sqlite;

namespace LT2.Eval.Results.Store;

/// <summary>Short forms for commands with positional parameters <c>$0</c>, <c>$1</c>, …</summary>
internal static class Sql
{
    /// <summary>A command with its parameters.</summary>
    public static SqliteCommand Command(SqliteConnection connection, string text, params ReadOnlySpan<object?> values)
    {
        var command = connection.CreateCommand();
        command.CommandText = text;
        for (var i = 0; i < values.Length; i++)
            command.Parameters.AddWithValue(Parameter(i), values[i] ?? DBNull.Value);
        return command;
    }

    /// <summary>Runs statements and returns the number of changed rows.</summary>
    public static int Execute(SqliteConnection connection, string text, params ReadOnlySpan<object?> values)
    {
        using var command = Command(connection, text, values);
        return command.ExecuteNonQuery();
    }

    /// <summary>The single integer of a query; 0 when it has no row.</summary>
    public static long Scalar(SqliteConnection connection, string text, params ReadOnlySpan<object?> values) =>
        ScalarOrNull(connection, text, values) ?? 0;

    /// <summary>The single integer of a query; null when it has no row.</summary>
    public static long? ScalarOrNull(SqliteConnection connection, string text, params ReadOnlySpan<object?> values)
    {
        using var command = Command(connection, text, values);
        return command.ExecuteScalar() switch
        {
            null or DBNull => null,
            var value => Convert.ToInt64(value, CultureInfo.InvariantCulture),
        };
    }

    /// <summary>Name of a positional parameter.</summary>
    public static string Parameter(int index) => string.Create(CultureInfo.InvariantCulture, $"${index}");
}
