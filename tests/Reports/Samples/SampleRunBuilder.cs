using System.Globalization;
using LT2.Eval.Reports.Input;
using LT2.Eval.Results.Records;

namespace LT2.Eval.Reports.Tests.Samples;

/// <summary>Collects records of one made-up run.</summary>
public sealed class SampleRunBuilder(string runId)
{
    private readonly Dictionary<string, CellRecord> cells = new(StringComparer.Ordinal);
    private readonly List<MetricRecord> metrics = [];
    private readonly List<SampleRecord> samples = [];
    private readonly List<TimingBlockRecord> times = [];
    private readonly List<TrainingPointRecord> training = [];

    public string Cell(CellKind kind, string variant, int? trained, long? seed, string title, CellOutcome outcome = CellOutcome.Finished, string? reason = null)
    {
        var id = SampleIds.Of(title);
        cells.TryAdd(id, new CellRecord(
            runId, id, kind, title, "{}", outcome, reason, variant, seed, trained, SampleRun.Start.AddSeconds(cells.Count), 1.5,
            kind == CellKind.Train ? "checkpoints/" + id : null, kind == CellKind.Train ? id.PadRight(64, 'f') : null));
        return id;
    }

    public string Score(string variant, int trained, long seed, string what) =>
        Cell(CellKind.Score, variant, trained, seed, $"score {variant} on {what} seed {seed}");

    public void Unfinished(string title, string variant, CellKind kind, CellOutcome outcome, string? reason) =>
        Cell(kind, variant, null, null, title, outcome, reason);

    public void Train(string variant, int trained, long seed)
    {
        var cell = Cell(CellKind.Train, variant, trained, seed, string.Create(CultureInfo.InvariantCulture, $"train {variant} T={trained} seed {seed}"));
        for (var step = 10; step <= 400; step += 10)
        {
            var loss = 0.2 + (2.5 * Math.Exp(-step / (80.0 + (20 * seed)))) + (0.05 * Math.Sin(step * seed));
            training.Add(new TrainingPointRecord(
                cell, step, step * 2048L, loss, 0.4 + (1.5 / (1 + (step / 50.0))), 0.003 * Math.Min(1, step / 40.0),
                [.. Enumerable.Range(1, trained).Select(loop => 1 + (0.3 * loop) + (step / 800.0))]));
        }
    }

    public void Metric(
        string cell, string suite, string task, string parameters, string metric, MetricKind kind, MetricDirection direction, string unit, string variant,
        int trained, int tested, long? seed, double? value, int count, double? chance, string? slice = null)
    {
        var error = kind is MetricKind.Continuous ? 0.02 : value is { } share ? Math.Sqrt(Math.Max(0, share * (1 - share)) / count) : (double?)null;
        metrics.Add(new MetricRecord(
            runId, cell, new SeriesKey(suite, 1, task, parameters, 0, "test", "d1", metric, slice, variant, "r1", trained, tested, "float32", 32), seed, value, error,
            count, count, chance, direction, unit, kind, null));
    }

    /// <summary>As the harness keeps them: the whole sample with its answer, and what it counts for its slice.</summary>
    public void Samples(string cell, string metric, int tested, int count, double accuracy, string? answer = null)
    {
        for (var i = 0; i < count; i++)
        {
            var right = (i * 37 % count) < accuracy * count;
            var whole = new SampleRecord(
                cell, metric, tested, string.Create(CultureInfo.InvariantCulture, $"s{i:D4}"), null, null, right ? 1 : 0, 1,
                answer ?? (right ? $"value {i}" : "value 0"), $"value {i}");
            samples.Add(whole);
            samples.Add(whole with { Slice = i % 2 == 0 ? "even" : "odd", Answer = null, Expected = null });
        }
    }

    public void Latency(string cell, string variant, string phase, int length, int loops, double? milliseconds) => metrics.Add(new MetricRecord(
        runId, cell, new SeriesKey("timing", 1, phase, "", 0, null, null, "latency", null, variant, null, null, loops, "float32", 1, phase, length, "eager",
            "Example CPU, 2 threads"), null, milliseconds, 0.01 * milliseconds, 15, 3, null, MetricDirection.LowerIsBetter, "ms", MetricKind.Duration, 0.02 * milliseconds));

    public void Times(string cell, string phase, int length, int loops, double milliseconds)
    {
        for (var process = 0; process < 3; process++)
        {
            for (var block = 0; block < 5; block++)
            {
                var wobble = 1 + (0.02 * (((process * 5) + block) % 4)) - (0.01 * process);
                times.Add(new TimingBlockRecord(cell, phase, length, loops, 1, process, block, 20, milliseconds * wobble, process == 2 && block == 4 && length == 512));
            }
        }
    }

    public void PeakMemory(string cell, string variant, int loops, int length, long bytes) => metrics.Add(new MetricRecord(
        runId, cell, new SeriesKey("timing", 1, "prefill", "", 0, null, null, "peak_memory", null, variant, null, loops, loops, "float32", 1, "prefill", length, "eager",
            "Example CPU, 2 threads"), null, bytes, null, 1, 1, null, MetricDirection.LowerIsBetter, "byte", MetricKind.Bytes, null));

    public RunData Build(RunRecord run, IReadOnlyList<EnvironmentEntry> environment) => new(
        run, [.. cells.Values], metrics, samples, times, training, environment,
        [new EventRecord(SampleRun.Start.AddMinutes(3), cells.Keys.First(), "warning", "Fell back to the eager kernel.")]);
}
