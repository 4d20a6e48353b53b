using System.Buffers;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace LT2.Eval.Results.Export;

/// <summary>JSON lines: one object a row, keys in the columns' order, <c>\n</c> between lines. Numbers that are not finite are null.</summary>
public static class JsonLinesExport
{
    // The lines are data files, never parts of a page.
    private static readonly JsonWriterOptions Options = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>Writes rows.</summary>
    public static void Write<T>(TextWriter writer, ExportTable<T> table, IEnumerable<T> rows)
    {
        var buffer = new ArrayBufferWriter<byte>();
        foreach (var row in rows)
        {
            buffer.ResetWrittenCount();
            using (var json = new Utf8JsonWriter(buffer, Options))
            {
                json.WriteStartObject();
                foreach (var (name, value) in table.Columns)
                    WriteValue(json, name, value(row));
                json.WriteEndObject();
            }
            writer.Write(Encoding.UTF8.GetString(buffer.WrittenSpan));
            writer.Write('\n');
        }
    }

    private static void WriteValue(Utf8JsonWriter json, string name, object? value)
    {
        switch (value)
        {
            case string text: json.WriteString(name, text); break;
            case bool flag: json.WriteBoolean(name, flag); break;
            case int number: json.WriteNumber(name, number); break;
            case long number: json.WriteNumber(name, number); break;
            case double number when double.IsFinite(number): json.WriteNumber(name, number); break;
            case null or double: json.WriteNull(name); break;
            default: throw new ArgumentException($"Column {name} holds a {value.GetType().Name}.", nameof(value));
        }
    }
}
