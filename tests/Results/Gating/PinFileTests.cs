using LT2.Eval.Results.Gating;
using LT2.Eval.Results.Records;

namespace LT2.Eval.Results.Tests.Gating;

public sealed class PinFileTests : IDisposable
{
    private readonly Nights _nights = new();
    private readonly TemporaryFolder _folder = new();

    private string Path => _folder.File("pinned/quick.json");

    [Fact]
    public void A_pin_reads_back_as_it_was_written()
    {
        for (var night = 0; night < 5; night++)
            _nights.Add(night);
        var pin = PinFile.Of(_nights.Store, "night-004", "faster kernels", "a person", Examples.Start, "bundle", _nights.Pin("night-000"));

        pin.Write(Path);
        var read = PinFile.Read(Path);

        Assert.Equal(pin with { Metrics = [] }, read with { Metrics = [] });
        Assert.Equal(pin.Metrics, read.Metrics);
        Assert.Equal("night-000", read.ReplacesRunId);
        var time = read.Metrics.Single(metric => metric.Key.TaskId == "latency" && metric.Kind == MetricKind.Duration);
        Assert.Equal(5, time.Nights);
        Assert.InRange(time.Noise!.Value, 0.001, 0.03);
    }

    [Fact]
    public void Seeds_of_a_series_share_one_line_and_a_pin_with_an_entry_for_each_value_is_still_read()
    {
        _nights.Add(0);
        var pin = _nights.Pin("night-000");
        pin = pin with { Metrics = [.. pin.Metrics.SelectMany(metric => new[] { metric with { Seed = 1 }, metric with { Seed = 2, Value = null } })] };
        pin.Write(Path);

        Assert.Equal(pin.Metrics.Count / 2, File.ReadLines(Path).Count(line => line.Contains("\"suiteId\"", StringComparison.Ordinal)));
        Assert.Equal(pin.Metrics, PinFile.Read(Path).Metrics);
        File.WriteAllText(Path, System.Text.Json.JsonSerializer.Serialize(pin with { SchemaVersion = 1 }, GatingJson.Options));
        Assert.Equal(pin.Metrics, PinFile.Read(Path).Metrics);
    }

    [Fact]
    public void A_pin_needs_a_reason_and_a_completed_run()
    {
        var run = _nights.Add(0);
        var unfinished = _nights.Add(1, status: RunStatus.Interrupted);

        Assert.Contains("--reason", Assert.Throws<ResultsException>(() => PinFile.Of(_nights.Store, run, " ", "a", Examples.Start, null, null)).Message, StringComparison.Ordinal);
        Assert.Contains("interrupted", Assert.Throws<ResultsException>(() => _nights.Pin(unfinished)).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("{\"schemaVersion\": 9}", "version 9")]
    [InlineData("{\"schemaVersion\": 1, \"planName\": \"quick\"", "Restore it")]
    [InlineData("{\"schemaVersion\": 1}", "Restore it")]
    [InlineData("{\"schemaVersion\": 2}", "Restore it")]
    [InlineData("{\"schemaVersion\": 2, \"series\": [{\"key\": {\"metric\": \"acc\"}}]}", "Restore it")]
    [InlineData("[]", "Restore it")]
    [InlineData("null", "Restore it")]
    public void A_damaged_or_newer_pin_is_refused(string text, string part)
    {
        Directory.CreateDirectory(_folder.File("pinned"));
        File.WriteAllText(Path, text);

        var error = Assert.Throws<ResultsException>(() => PinFile.Read(Path));

        Assert.Equal(ResultsProblem.PinUnusable, error.Problem);
        Assert.Contains(part, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_missing_pin_says_how_to_make_one() =>
        Assert.Contains("lt2 pin --reason", Assert.Throws<ResultsException>(() => PinFile.Read(Path)).Message, StringComparison.Ordinal);

    [Fact]
    public void The_samples_digest_changes_with_one_answer_and_not_with_the_run()
    {
        var (a, b, c) = (_nights.Add(0), _nights.Add(1), _nights.Add(2, flipped: new HashSet<int> { 17 }));

        Assert.Equal(SamplesDigest.Of(_nights.Store, a), SamplesDigest.Of(_nights.Store, b));
        Assert.NotEqual(SamplesDigest.Of(_nights.Store, a), SamplesDigest.Of(_nights.Store, c));
    }

    public void Dispose()
    {
        _nights.Dispose();
        _folder.Dispose();
    }
}
