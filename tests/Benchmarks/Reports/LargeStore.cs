using System.Globalization;
using LT2.Eval.Results.Records;
using LT2.Eval.Results.Store;

namespace LT2.Eval.Benchmarks.Reports;

/// <summary>Made-up nights: 10 variants, each with 10 cases at 4 tested loop counts and 10 timed lengths; samples in the last two nights.</summary>
internal static class LargeStore
{
    public const int Nights = 200, Variants = 10, Cases = 10, Lengths = 10, SamplesOfReadout = 250;

    private static readonly int[] LoopCounts = [1, 2, 3, 4];

    private static readonly DateTimeOffset Start = new(2026, 1, 1, 2, 0, 0, TimeSpan.Zero);

    public static int SeriesCount => Variants * ((Cases * LoopCounts.Length) + Lengths);

    public static int SampleCount => Variants * Cases * LoopCounts.Length * SamplesOfReadout;

    public static string RunId(int night) => string.Create(CultureInfo.InvariantCulture, $"{Start.AddDays(night):yyyyMMdd'T'HHmmss'Z'}-{night:D6}");

    /// <summary>Writes every night.</summary>
    public static void Fill(ResultStore store)
    {
        var random = new Random(1);
        for (var night = 0; night < Nights; night++)
        {
            var started = Start.AddDays(night);
            store.CreateRun(new RunRecord(RunId(night), "large", "plan", "name: large", $"build-{night / 10}", null, false, started, null, RunStatus.Running, "host", "lt2 run large"));
            store.WriteEnvironment(RunId(night), [new("dotnet.version", "10.0"), new("settings.threads", "2")]);
            for (var variant = 0; variant < Variants; variant++)
            {
                WriteVariant(store, RunId(night), started, $"variant-{variant}@tiny", variant, night >= Nights - 2, random);
            }

            store.UpdateRunStatus(RunId(night), RunStatus.Completed, started.AddMinutes(40));
        }
    }

    private static void WriteVariant(ResultStore store, string runId, DateTimeOffset started, string variant, int index, bool withSamples, Random random)
    {
        for (var item = 0; item < Cases; item++)
        {
            var cell = Cell(runId, CellKind.Score, started, variant, string.Create(CultureInfo.InvariantCulture, $"score {variant} on case {item}"));
            var samples = withSamples
                ? LoopCounts.SelectMany(loops => Enumerable.Range(0, SamplesOfReadout).Select(i => new SampleRecord(
                    cell.CellId, "acc", loops, string.Create(CultureInfo.InvariantCulture, $"case-{item}-{i:D4}"), null, null, random.NextDouble() < 0.5 + (0.1 * loops) ? 1 : 0, 1, $"answer {i % 7}", $"answer {i % 5}"))).ToList()
                : [];
            store.WriteCell(new CellResult(cell, [.. LoopCounts.Select(loops => new MetricRecord(
                runId, cell.CellId, Key("task", string.Create(CultureInfo.InvariantCulture, $"length={32 << (item % 5)};pairs={4 + item}"), "acc", variant, loops),
                1, withSamples ? samples.Where(sample => sample.TestedLoopCount == loops).Average(sample => sample.Numerator) : 0.5 + (0.1 * loops) + (0.01 * random.NextDouble()), 0.03, SamplesOfReadout, SamplesOfReadout, 0.25,
                MetricDirection.HigherIsBetter, "1", MetricKind.Binary, 0.01))], samples, [], [], []));
        }

        var time = Cell(runId, CellKind.Time, started, variant, $"time {variant}");
        store.WriteCell(new CellResult(time, [.. Enumerable.Range(0, Lengths).Select(length => new MetricRecord(
            runId, time.CellId, Key("prefill", "", "latency", variant, 4) with { SuiteId = "timing", TrainedLoopCount = null, BatchSize = 1, Phase = "prefill", SequenceLength = 128 << length, KernelSelection = "eager", HostClass = "host" },
            null, (1 + index) * (1 << length) * (1 + (0.02 * random.NextDouble())), 0.01, 15, 3, null, MetricDirection.LowerIsBetter, "ms", MetricKind.Duration, 0.02))], [], [], [], []));
    }

    private static SeriesKey Key(string task, string parameters, string metric, string variant, int loops) =>
        new("suite", 1, task, parameters, 0, "test", null, metric, null, variant, "recipe", 4, loops, "float32", 100);

    private static CellRecord Cell(string runId, CellKind kind, DateTimeOffset started, string variant, string title) => new(
        runId, title.Replace(' ', '-'), kind, title, "{}", CellOutcome.Finished, null, variant, kind == CellKind.Score ? 1 : null, kind == CellKind.Score ? 4 : null, started, 1);
}
