namespace LT2.Eval.Results.Export;

/// <summary>Columns of an exported table: one list serves CSV and JSON lines.</summary>
/// <typeparam name="T">Record of a row.</typeparam>
/// <param name="Name">File name without extension.</param>
/// <param name="Columns">Names in camelCase with what they hold: text, number, flag or null.</param>
public sealed record ExportTable<T>(string Name, IReadOnlyList<(string Name, Func<T, object?> Value)> Columns);
