using System.Globalization;
using System.Text.Json;
using LT2.Eval.Tasks.Contracts;
using LT2.Eval.Tasks.TextTasks.Python;

namespace LT2.Eval.Tasks.Data.Tables;

/// <summary>Reads the rows of one file: JSON lines, JSON, CSV or Parquet, by its extension.</summary>
public static class TableFile
{
    /// <summary>All rows.</summary>
    /// <exception cref="TaskException">The file is missing, damaged or of another form; names it.</exception>
    public static IReadOnlyList<IReadOnlyDictionary<string, object?>> Read(string path)
    {
        if (!File.Exists(path))
        {
            throw new TaskException($"There is no file '{path}'.");
        }

        return Path.GetExtension(path) switch
        {
            ".jsonl" => PythonJson.ReadLines(path),
            ".json" => ReadJson(path),
            ".csv" => ReadCsv(path),
            ".parquet" => ParquetTable.Read(path),
            var other => throw new TaskException($"'{path}': files of type '{other}' are not read; .parquet, .jsonl, .json and .csv are."),
        };
    }

    /// <summary>Documents that a user names: like <see cref="Read"/>, and JSON lines where the extension says nothing.</summary>
    /// <exception cref="TaskException">As <see cref="Read"/>.</exception>
    public static IReadOnlyList<IReadOnlyDictionary<string, object?>> ReadDocuments(string path) =>
        Path.GetExtension(path) is ".json" or ".csv" or ".parquet" ? Read(path) : PythonJson.ReadLines(path);

    // A list of rows, or an object whose one list holds them, as {"data": [...]}.
    private static IReadOnlyList<IReadOnlyDictionary<string, object?>> ReadJson(string path)
    {
        var text = File.ReadAllText(path);
        try
        {
            var value = PythonJson.Parse(text);
            if (value is OrderedDictionary<string, object?> map && map.Values.OfType<IReadOnlyList<object?>>().ToList() is [var only] && map.Count == 1)
            {
                value = only;
            }

            return value is IReadOnlyList<object?> list && list.All(item => item is IReadOnlyDictionary<string, object?>)
                ? [.. list.Cast<IReadOnlyDictionary<string, object?>>()]
                : throw new TaskException($"'{path}' holds no list of rows.");
        }
        catch (JsonException) when (text.Split('\n').Count(line => line.StartsWith('{')) > 1)
        {
            return PythonJson.ReadLines(path); // JSON lines under the other name
        }
        catch (JsonException exception)
        {
            throw new TaskException($"'{path}' is no valid JSON: {exception.Message}");
        }
    }

    // Cells are texts, whole numbers where they look like one; a task that needs a list converts it in its template.
    private static List<IReadOnlyDictionary<string, object?>> ReadCsv(string path)
    {
        var records = CommaSeparatedValues.Parse(File.ReadAllText(path));
        if (records.Count == 0)
        {
            throw new TaskException($"'{path}' has no header line.");
        }

        var rows = new List<IReadOnlyDictionary<string, object?>>();
        var problems = new List<string>();
        for (var i = 1; i < records.Count; i++)
        {
            if (records[i].Count != records[0].Count)
            {
                problems.Add($"'{path}', row {i + 1}: {records[i].Count} cells under {records[0].Count} headings.");
                continue;
            }

            var row = new OrderedDictionary<string, object?>();
            for (var column = 0; column < records[0].Count; column++)
            {
                row[records[0][column]] = Cell(records[i][column]);
            }

            rows.Add(row);
        }

        return problems.Count == 0 ? rows : throw new TaskException(problems);
    }

    private static object Cell(string text) =>
        long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number) && number.ToString(CultureInfo.InvariantCulture) == text
            ? number
            : text;
}
