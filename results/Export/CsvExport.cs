using System.Globalization;
using CsvHelper;

namespace LT2.Eval.Results.Export;

/// <summary>CSV (RFC 4180, invariant culture, a header line, <c>\n</c> between lines); null is the empty field.</summary>
public static class CsvExport
{
    /// <summary>Writes rows; doubles are written so that they read back bit for bit.</summary>
    public static void Write<T>(TextWriter writer, ExportTable<T> table, IEnumerable<T> rows)
    {
        var options = CsvWriterOptions.Default with { FormatProvider = CultureInfo.InvariantCulture, NewLine = "\n" };
        using var csv = CsvWriter.Create(writer, options, leaveOpen: true);
        foreach (var (name, _) in table.Columns)
            csv.WriteField(name);
        csv.EndRecord();
        foreach (var row in rows)
        {
            foreach (var (_, value) in table.Columns)
                csv.WriteField(Text(value(row)));
            csv.EndRecord();
        }
        csv.Flush();
    }

    private static string Text(object? value) => value switch
    {
        null => "",
        bool flag => flag ? "true" : "false",
        double number => number.ToString("R", CultureInfo.InvariantCulture),
        IFormattable other => other.ToString(null, CultureInfo.InvariantCulture),
        _ => value.ToString()!,
    };
}
