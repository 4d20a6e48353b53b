using System.Globalization;
using System.Text.Json;
using CsvHelper;
using LT2.Eval.Results.Export;
using LT2.Eval.Results.Records;
using LT2.Eval.Results.Store;
using LT2.Eval.Results.Tests.Store;

namespace LT2.Eval.Results.Tests.Export;

public sealed class RunExportTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    [Theory]
    [InlineData(".")]
    [InlineData(",")]
    public void Csv_reads_back_to_the_same_values_under_every_decimal_separator(string separator)
    {
        var former = CultureInfo.CurrentCulture;
        CultureInfo.CurrentCulture = Culture(separator);
        try
        {
            var record = Examples.Metric("run", "cell", Examples.Key(slice: "a,\"b\"\nc"), 0.1 + 0.2);
            var writer = new StringWriter();

            CsvExport.Write(writer, ExportTables.Metrics, [record]);

            using var csv = CsvReader.Create(new StringReader(writer.ToString()));
            Assert.True(csv.Read());
            Assert.Equal(0.1 + 0.2, double.Parse(csv.GetString(csv.GetFieldIndex("value"))!, CultureInfo.InvariantCulture));
            Assert.Equal("a,\"b\"\nc", csv.GetString(csv.GetFieldIndex("slice")));
            Assert.Equal("", csv.GetString(csv.GetFieldIndex("phase")));
            Assert.DoesNotContain("\r", writer.ToString(), StringComparison.Ordinal);
        }
        finally
        {
            CultureInfo.CurrentCulture = former;
        }
    }

    [Fact]
    public void Json_lines_hold_one_object_a_row_and_null_for_what_is_not_finite()
    {
        var writer = new StringWriter();

        JsonLinesExport.Write(writer, ExportTables.Samples, Examples.ScoreCell("run", "cell").Samples);

        var lines = writer.ToString().TrimEnd('\n').Split('\n').Select(line => JsonDocument.Parse(line).RootElement).ToList();
        Assert.Equal(5, lines.Count);
        Assert.Equal("Ω <b>&\0\n", lines[0].GetProperty("answer").GetString());
        Assert.Equal(JsonValueKind.Null, lines[4].GetProperty("numerator").ValueKind);
    }

    [Theory]
    [InlineData(ExportFormat.Csv, ".csv")]
    [InlineData(ExportFormat.JsonLines, ".jsonl")]
    public void A_run_becomes_one_file_a_table(ExportFormat format, string extension)
    {
        using var store = ResultStore.Open(GoldenStore.Path(2), StoreAccess.ReadOnly);

        var files = RunExport.Write(store, Examples.Run().RunId, _folder.Path, format);

        Assert.Equal(9, files.Count);
        Assert.All(files, file => Assert.True(new FileInfo(file).Length > 0 && file.EndsWith(extension, StringComparison.Ordinal)));
        Assert.Contains("-0.75", File.ReadAllText(_folder.File("responses" + extension)), StringComparison.Ordinal);
    }

    [Fact]
    public void An_unwritable_place_is_a_clear_error()
    {
        File.WriteAllText(_folder.File("taken"), "");
        using var store = ResultStore.Open(GoldenStore.Path(1), StoreAccess.ReadOnly);

        var error = Assert.Throws<ResultsException>(() => RunExport.Write(store, Examples.Run().RunId, _folder.File("taken"), ExportFormat.Csv));

        Assert.Equal(ResultsProblem.FileUnusable, error.Problem);
    }

    // The build is culture-invariant, so cultures are made by hand.
    private static CultureInfo Culture(string separator)
    {
        var culture = (CultureInfo)CultureInfo.InvariantCulture.Clone();
        culture.NumberFormat.NumberDecimalSeparator = separator;
        return culture;
    }

    public void Dispose() => _folder.Dispose();
}
