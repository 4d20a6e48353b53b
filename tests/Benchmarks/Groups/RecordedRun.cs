using System.Globalization;
using LT2.Eval.Results.Records;
using LT2.Eval.Results.Store;

namespace LT2.Eval.Benchmarks.Groups;

/// <summary>Made-up records of the shape a plan leaves: models trained at several loop counts, scored on samples, and timed.</summary>
internal static class RecordedRun
{
    private static readonly DateTimeOffset Start = new(2026, 5, 20, 0, 0, 0, TimeSpan.Zero);

    internal static void Create(ResultStore store, string runId) => store.CreateRun(new RunRecord(
        runId, "made-up", "plan-hash", "name: made-up\ntestSetSeed: 1\n", "build", null, null, Start, null, RunStatus.Running, "Example CPU x2", "lt2 run made-up"));

    /// <summary>A scored cell: an accuracy at four loop counts with its samples.</summary>
    internal static CellResult ScoreCell(string runId, int index, int samples)
    {
        var (variant, seed, trained) = (string.Create(CultureInfo.InvariantCulture, $"variant-{index % 5}@tiny"), index / 5 % 3, 1 << (index / 15 % 3));
        var id = string.Create(CultureInfo.InvariantCulture, $"{index:x16}");
        int[] tested = [1, 2, 4, 8];
        var accuracy = tested.Select(loops => 0.4 + (0.1 * Math.Min(loops, trained)) + (0.01 * seed)).ToArray();
        return new CellResult(
            new CellRecord(runId, id, CellKind.Score, $"score {variant} seed {seed}", "{}", CellOutcome.Finished, null, variant, seed, trained, Start.AddSeconds(index), 1),
            [.. tested.Select((loops, at) => new MetricRecord(
                runId, id, new SeriesKey("mqar", 1, "mqar", "length=64", 0, "test", null, "accuracy", null, variant, "recipe", trained, loops, "float32", 32), seed,
                accuracy[at], 0.01, samples, samples, 0.02, MetricDirection.HigherIsBetter, "", MetricKind.Binary, 0.01))],
            [.. tested.SelectMany((loops, at) => Enumerable.Range(0, samples).Select(sample => new SampleRecord(
                id, "accuracy", loops, string.Create(CultureInfo.InvariantCulture, $"sample-{sample:D6}"), null, null, sample * 37 % samples < accuracy[at] * samples ? 1 : 0, 1)))],
            [],
            [],
            []);
    }

    /// <summary>A timed cell: latency and memory at eight lengths.</summary>
    internal static CellResult TimeCell(string runId, int index)
    {
        var variant = string.Create(CultureInfo.InvariantCulture, $"variant-{index % 5}@tiny");
        var id = string.Create(CultureInfo.InvariantCulture, $"t{index:x15}");
        int[] lengths = [128, 256, 512, 1024, 2048, 4096, 8192, 16384];
        return new CellResult(
            new CellRecord(runId, id, CellKind.Time, $"time {variant}", "{}", CellOutcome.Finished, null, variant, null, null, Start.AddSeconds(index), 1),
            [.. lengths.Select(length => new MetricRecord(
                runId, id, new SeriesKey("timing", 1, "prefill", "", 0, null, null, "latency", null, variant, null, null, 4, "float32", 1, "prefill", length, "readable", "Example CPU x2"),
                null, length * 0.01, 0.001, 15, 3, null, MetricDirection.LowerIsBetter, "ms", MetricKind.Duration, null))],
            [],
            [.. lengths.SelectMany(length => Enumerable.Range(0, 15).Select(block => new TimingBlockRecord(id, "prefill", length, 4, 1, block / 5, block % 5, 20, length * 0.01)))],
            [],
            []);
    }

    /// <summary>A store with one finished run.</summary>
    internal static void Write(string path, string runId, int cells, int samples)
    {
        using var store = ResultStore.Open(path, StoreAccess.ReadWrite);
        Create(store, runId);
        for (var cell = 0; cell < cells; cell++)
        {
            store.WriteCell(ScoreCell(runId, cell, samples));
        }

        for (var cell = 0; cell < 5; cell++)
        {
            store.WriteCell(TimeCell(runId, cell));
        }

        store.UpdateRunStatus(runId, RunStatus.Completed, Start.AddHours(1));
    }
}
