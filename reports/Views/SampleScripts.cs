using System.Globalization;
using System.Text.Json;
using LT2.Eval.Reports.Text;

namespace LT2.Eval.Reports.Views;

/// <summary>Samples as script files that a page asks for one after the other.</summary>
internal static class SampleScripts
{
    /// <summary>Samples a file holds.</summary>
    public const int RowsInFile = 500;

    /// <summary>Path and text of each file; the name is a hash of the set's cell and metric.</summary>
    public static IEnumerable<(string Path, string Script)> Of(SampleSet set)
    {
        var name = Name(set);
        return set.Rows.Chunk(RowsInFile).Select((rows, index) => (
            Path(name, index),
            string.Create(CultureInfo.InvariantCulture, $"lt2Eval.samples(\"{name}\",{index},{JsonSerializer.Serialize(rows.Select(Row))});\n")));
    }

    /// <summary>Name of a set.</summary>
    public static string Name(SampleSet set) => "s-" + ContentHash.Short(set.CellId + "\n" + set.Case.Metric);

    private static string Path(string name, int index) => string.Create(CultureInfo.InvariantCulture, $"data/{name}-{index}.js");

    // The serializer escapes <, >, & and everything outside ASCII.
    private static object[] Row(SampleRow row) =>
    [
        VisibleText.Of(row.SampleId), VisibleText.Of(row.Slice ?? ""), VisibleText.Of(row.Expected ?? ""), row.Flip ?? "",
        row.Scores.Select(score => new object?[] { score.Score is { } value && double.IsFinite(value) ? Math.Round(value, 6) : null, VisibleText.Of(score.Answer ?? "") }).ToArray(),
    ];
}
