using LT2.Eval.Tasks.Contracts;
using LT2.Eval.Tasks.TextTasks.Python;

namespace LT2.Eval.Tasks.TextTasks.Functions;

/// <summary>Typed access to a document's columns.</summary>
internal static class Columns
{
    /// <summary>A text.</summary>
    public static string Text(this IReadOnlyDictionary<string, object?> document, string column) => document.Get(column) switch
    {
        string text => text,
        long number => PythonFormat.Str(number),
        var other => throw new TaskException($"The column '{column}' holds {PythonFormat.Repr(other)}, where a text is needed."),
    };

    /// <summary>A list.</summary>
    public static IReadOnlyList<object?> List(this IReadOnlyDictionary<string, object?> document, string column) => document.Get(column) as IReadOnlyList<object?>
        ?? throw new TaskException($"The column '{column}' holds {PythonFormat.Repr(document.Get(column))}, where a list is needed.");

    /// <summary>A list of texts.</summary>
    public static IReadOnlyList<string> Texts(this IReadOnlyDictionary<string, object?> document, string column) => [.. document.List(column).Select(PythonFormat.Str)];

    /// <summary>A nested map.</summary>
    public static IReadOnlyDictionary<string, object?> Map(this IReadOnlyDictionary<string, object?> document, string column) =>
        document.Get(column) as IReadOnlyDictionary<string, object?>
        ?? throw new TaskException($"The column '{column}' holds {PythonFormat.Repr(document.Get(column))}, where a map is needed.");

    /// <summary>Any value.</summary>
    public static object? Get(this IReadOnlyDictionary<string, object?> document, string column) => document.TryGetValue(column, out var value)
        ? value
        : throw new TaskException($"The data set lacks the column '{column}'; it has: {string.Join(", ", document.Keys)}.");
}
