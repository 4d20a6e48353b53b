using System.Collections.Immutable;
using LT2.Eval.Results.Records;

namespace LT2.Eval.Results.Tests;

/// <summary>A folder of its own for one test, deleted afterwards.</summary>
public sealed class TemporaryFolder : IDisposable
{
    public string Path { get; } = Directory.CreateTempSubdirectory("lt2-results-").FullName;

    public string File(string name) => System.IO.Path.Combine(Path, name);

    public void Dispose() => Directory.Delete(Path, recursive: true);
}

/// <summary>Records with every field in use; the golden store holds exactly these.</summary>
public static class Examples
{
    public static readonly DateTimeOffset Start = new(2026, 1, 2, 3, 4, 5, TimeSpan.Zero);

    public static RunRecord Run(string id = "20260102-030405-abcdef", string planHash = "plan-hash", string build = "build-1", int night = 0) => new(
        id, "quick", planHash, "plan: quick\nvariants: [lt2-gdn@tiny]\n", build, "0123456789abcdef", true, Start.AddDays(night), null, RunStatus.Running,
        "cpu: 2 threads", "lt2 run quick");

    public static SeriesKey Key(string metric = "acc", int? tested = 2, string? slice = null, string variant = "lt2-gdn@tiny") => new(
        "mqar", 1, "mqar", "keyValuePairs=4;length=32", 0, "test", "data-hash", metric, slice, variant, "recipe-hash", 2, tested, "float32", 16);

    public static SeriesKey TimeKey(int length = 256) => new(
        "timing", 1, "latency", "", 0, null, null, "latency", null, "lt2-gdn@tiny", null, 2, 2, "float32", 1, "prefill", length, "reference", "cpu: 2 threads");

    public static CellRecord Cell(string run, string id, CellKind kind = CellKind.Score, CellOutcome outcome = CellOutcome.Finished) => new(
        run, id, kind, $"{kind} of lt2-gdn@tiny", """{"kind":"x"}""", outcome, outcome == CellOutcome.Finished ? null : "loss was 1e9 at step 7",
        "lt2-gdn@tiny", 17, 2, Start.AddMinutes(1), 12.5, kind == CellKind.Train ? "checkpoints/c1" : null, "weights-hash",
        DeviceUse: new("cuda:1", 4.5, kind == CellKind.Train ? 0.875 : null));

    public static MetricRecord Metric(string run, string cell, SeriesKey key, double? value, double? standardError = 0.01, long samples = 4) => new(
        run, cell, key, 17, value, standardError, samples, samples, 0.25, MetricDirection.HigherIsBetter, "1", MetricKind.Binary, 0.01);

    public static CellResult ScoreCell(string run, string id, int samples = 4, int flipped = -1) => new(
        Cell(run, id),
        [Metric(run, id, Key(), 0.5, 0.25, samples), Metric(run, id, Key("perplexity", 3, "long"), null, null, samples) with
        {
            Direction = MetricDirection.LowerIsBetter, Kind = MetricKind.Continuous, Transform = MetricTransform.ExponentialOfRatio, Chance = null,
            PracticalFloor = null, Unit = "perplexity", Seed = null,
        }],
        [.. Enumerable.Range(0, samples).Select(i => new SampleRecord(
            id, "acc", 2, $"sample-{i}", $"cluster-{i / 2}", null, i % 2 == 0 != (i == flipped) ? 1 : 0, 1, i == 0 ? "Ω <b>&\0\n" : null, $"answer {i % 3}")),
         new SampleRecord(id, "perplexity", 3, "sample-0", null, "long", double.NaN, 12.5)],
        [], [], [new EventRecord(Start.AddMinutes(2), id, "warning", "fell back to eager")])
        {
            Responses =
            [
                new ResponseRecord(id, 2, "sample-0", 0, -0.75, true), new ResponseRecord(id, 2, "sample-0", 1, double.NegativeInfinity, false),
                new ResponseRecord(id, 2, "sample-1", 0, 0, false, "generated\n<b>"),
            ],
        };

    public static CellResult TrainCell(string run, string id) => new(
        Cell(run, id, CellKind.Train), [], [], [],
        [new TrainingPointRecord(id, 1, 512, 5.5, 1.25, 1e-3, [1.0, 1.5, double.NaN]), new TrainingPointRecord(id, 2, 1024, double.NaN, double.PositiveInfinity, 2e-3, [])],
        []);

    public static CellResult TimeCell(string run, string id) => new(
        Cell(run, id, CellKind.Time), [Metric(run, id, TimeKey(), 3.5) with { Kind = MetricKind.Duration, Unit = "ms", Direction = MetricDirection.LowerIsBetter }], [],
        [new TimingBlockRecord(id, "prefill", 256, 2, 1, 0, 0, 100, 3.25), new TimingBlockRecord(id, "prefill", 256, 2, 1, 1, 0, 90, 3.75, true, 1980, 65.5, 350.25, "power cap")],
        [], []);

    public static ImmutableArray<EnvironmentEntry> Environment { get; } = [new("gpu.name", "none"), new("libtorch.version", "2.7.1")];
}
