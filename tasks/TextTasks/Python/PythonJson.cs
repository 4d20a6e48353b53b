using System.Globalization;
using System.Numerics;
using System.Text;
using System.Text.Json;
using LT2.Eval.Tasks.Contracts;

namespace LT2.Eval.Tasks.TextTasks.Python;

/// <summary>
/// Reads JSON into plain values and writes them back byte for byte as Python's <c>json.dumps(value, ensure_ascii=False)</c>, over
/// which the field's hashes of documents are taken.
/// </summary>
public static class PythonJson
{
    /// <summary>Reads one value: maps keep the order of their keys; whole numbers become long (or BigInteger), others double.</summary>
    /// <exception cref="JsonException">It is no JSON.</exception>
    public static object? Parse(string json)
    {
        using var document = JsonDocument.Parse(json);
        return FromElement(document.RootElement);
    }

    /// <summary>Reads a JSON-lines file: one map a line; empty lines are skipped.</summary>
    /// <exception cref="TaskException">Names file and line of every problem.</exception>
    public static IReadOnlyList<JsonLinesRow> ReadLines(string path)
    {
        if (!File.Exists(path))
        {
            throw new TaskException($"There is no file '{path}'.");
        }

        var rows = new List<JsonLinesRow>();
        var problems = new List<string>();
        var number = 0;
        foreach (var line in File.ReadLines(path))
        {
            number++;
            if (string.IsNullOrWhiteSpace(line))
            {
                continue;
            }

            try
            {
                if (Parse(line) is OrderedDictionary<string, object?> values)
                {
                    var row = new JsonLinesRow($"{path}, line {number}");
                    foreach (var (name, value) in values)
                    {
                        row[name] = value;
                    }

                    rows.Add(row);
                }
                else
                {
                    problems.Add($"{path}, line {number}: a JSON object is needed.");
                }
            }
            catch (JsonException exception)
            {
                problems.Add($"{path}, line {number}: no valid JSON: {exception.Message}");
            }
        }

        return problems.Count == 0 ? rows : throw new TaskException(problems);
    }

    /// <summary>The value of a parsed element.</summary>
    public static object? FromElement(JsonElement element) => element.ValueKind switch
    {
        JsonValueKind.Null or JsonValueKind.Undefined => null,
        JsonValueKind.True => true,
        JsonValueKind.False => false,
        JsonValueKind.String => ReadString(element),
        JsonValueKind.Number => FromNumber(element.GetRawText()),
        JsonValueKind.Array => element.EnumerateArray().Select(FromElement).ToList(),
        _ => FromObject(element),
    };

    /// <summary>Writes a value.</summary>
    /// <param name="value">See <see cref="PythonFormat"/>.</param>
    /// <param name="indent">Blanks a level; null for one line.</param>
    public static string Dumps(object? value, int? indent = null)
    {
        var output = new StringBuilder();
        Write(output, value, indent, 0);
        return output.ToString();
    }

    // Half of a surrogate pair can be written in JSON but is no text: it has no UTF-8 bytes to hash or to send.
    private static string ReadString(JsonElement element)
    {
        try
        {
            return element.GetString()!;
        }
        catch (InvalidOperationException)
        {
            throw new JsonException($"{element.GetRawText()} holds half of a surrogate pair, which is no text.");
        }
    }

    private static OrderedDictionary<string, object?> FromObject(JsonElement element)
    {
        var map = new OrderedDictionary<string, object?>();
        foreach (var property in element.EnumerateObject())
        {
            map[property.Name] = FromElement(property.Value); // of equal keys the last wins, at the first's place
        }

        return map;
    }

    private static object FromNumber(string text) => text.AsSpan().ContainsAny('.', 'e', 'E')
        ? double.Parse(text, CultureInfo.InvariantCulture)
        : long.TryParse(text, CultureInfo.InvariantCulture, out var small) ? (object)small : BigInteger.Parse(text, CultureInfo.InvariantCulture);

    private static void Write(StringBuilder output, object? value, int? indent, int level)
    {
        switch (value)
        {
            case null:
                output.Append("null");
                break;
            case bool flag:
                output.Append(flag ? "true" : "false");
                break;
            case string text:
                WriteString(output, text);
                break;
            case double number:
                output.Append(double.IsNaN(number) ? "NaN" : double.IsInfinity(number) ? (number > 0 ? "Infinity" : "-Infinity") : PythonFormat.Repr(number));
                break;
            case IReadOnlyDictionary<string, object?> map:
                WriteItems(output, '{', '}', map, indent, level, pair =>
                {
                    WriteString(output, pair.Key);
                    output.Append(": ");
                    Write(output, pair.Value, indent, level + 1);
                });
                break;
            case System.Collections.IEnumerable list:
                WriteItems(output, '[', ']', [.. list.Cast<object?>()], indent, level, item => Write(output, item, indent, level + 1));
                break;
            case IFormattable number:
                output.Append(number.ToString(null, CultureInfo.InvariantCulture));
                break;
            default:
                throw new ArgumentException($"A {value.GetType().Name} has no form in JSON.");
        }
    }

    private static void WriteItems<T>(StringBuilder output, char open, char close, IReadOnlyCollection<T> items, int? indent, int level, Action<T> write)
    {
        output.Append(open);
        var first = true;
        foreach (var item in items)
        {
            output.Append(first ? string.Empty : indent is null ? ", " : ",");
            NewLine(level + 1);
            write(item);
            first = false;
        }

        if (!first)
        {
            NewLine(level);
        }

        output.Append(close);

        void NewLine(int depth)
        {
            if (indent is { } width)
            {
                output.Append('\n').Append(' ', width * depth);
            }
        }
    }

    private static void WriteString(StringBuilder output, string text)
    {
        output.Append('"');
        foreach (var letter in text)
        {
            output.Append(letter switch
            {
                '"' => "\\\"",
                '\\' => "\\\\",
                '\n' => "\\n",
                '\r' => "\\r",
                '\t' => "\\t",
                '\b' => "\\b",
                '\f' => "\\f",
                < ' ' => $"\\u{(int)letter:x4}",
                _ => letter.ToString(),
            });
        }

        output.Append('"');
    }
}
