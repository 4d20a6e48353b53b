using LT2.Eval.Results.Gating;
using LT2.Eval.Results.Records;
using LT2.Eval.Results.Statistics;
using LT2.Eval.Results.Store;

namespace LT2.Eval.Results.Tests.Gating;

/// <summary>A store of nights with one accuracy, one time, one memory and one canary series; what differs is given.</summary>
public sealed class Nights : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly SeededGenerator _generator = new(4);

    // Made once: twenty nights are many transactions, and each waits for the disk.
    private static readonly Lazy<byte[]> Quiet = new(() =>
    {
        using var nights = new Nights();
        for (var night = 0; night < 20; night++)
            nights.Add(night);
        nights.Store.Dispose();
        return File.ReadAllBytes(nights.Store.Path);
    });

    public Nights(bool isQuiet = false)
    {
        if (isQuiet)
            File.WriteAllBytes(_folder.File("store.sqlite"), Quiet.Value);
        Store = ResultStore.Open(_folder.File("store.sqlite"), StoreAccess.ReadWrite);
    }

    public ResultStore Store { get; }

    public string Add(
        int night, double slowdown = 1, IReadOnlySet<int>? flipped = null, string weights = "w1", double canary = 1, double bytes = 1e9, int samples = 1000,
        bool withScore = true, bool withCanary = true, RunStatus status = RunStatus.Completed, string? cluster = null, int version = 1,
        bool isFailed = false, double? floor = 0.005, double taintedShare = 0, double lastCanary = 1, int timeCells = 1)
    {
        var run = $"night-{night:000}";
        Store.CreateRun(Examples.Run(run, build: "build", night: night));
        if (withScore)
            Store.WriteCell(Score(run, samples, flipped ?? new HashSet<int>(), weights, cluster, version, floor));
        if (isFailed)
            Store.WriteCell(new(Examples.Cell(run, "broken", outcome: CellOutcome.OutOfMemory), [], [], [], [], []));
        for (var cell = 0; cell < timeCells; cell++)
            Store.WriteCell(Time(run, cell == 0 ? "time" : $"time-{cell}", Examples.TimeKey(), 10 * slowdown * Math.Exp(0.01 * _generator.NextNormal()), taintedShare));
        foreach (var (position, factor) in withCanary ? [("first", canary), ("last", canary * lastCanary)] : Array.Empty<(string, double)>())
        {
            var key = Examples.TimeKey() with { TaskId = CanarySeries.TaskId, VariantId = "none", CaseParameters = $"position={position}" };
            Store.WriteCell(Time(run, $"canary-{position}", key, 5 * factor, 0));
        }
        var memory = Examples.TimeKey() with { Metric = "peak_memory" };
        Store.WriteCell(new(Examples.Cell(run, "memory", CellKind.Time) with { CheckpointHash = null },
            [Examples.Metric(run, "memory", memory, bytes) with { Kind = MetricKind.Bytes, Unit = "byte", Direction = MetricDirection.LowerIsBetter }], [], [], [], []));
        Store.UpdateRunStatus(run, status, Examples.Start.AddDays(night).AddHours(1));
        return run;
    }

    public PinFile Pin(string run) => PinFile.Of(Store, run, "first accepted night", "a person", Examples.Start, null, null);

    public Task<GateReport> JudgeAsync(string run, PinFile pin, IConfirmationRunner? runner = null) =>
        NightlyGate.EvaluateAsync(Store, run, pin, runner, cancellation: TestContext.Current.CancellationToken);

    /// <summary>Confirmations with a true ratio and small noise.</summary>
    public sealed class Runner(double ratio, double bytes = 1e9) : IConfirmationRunner
    {
        public int Calls { get; private set; }

        public Task<IReadOnlyList<ConfirmationPair>?> MeasureAsync(SeriesKey key, int pairs, CancellationToken cancellation)
        {
            Calls++;
            return Task.FromResult<IReadOnlyList<ConfirmationPair>?>(key.Metric == "peak_memory"
                ? [new(1e9, bytes)]
                : [.. Enumerable.Range(0, pairs).Select(i => new ConfirmationPair(10 + (i % 3 * 0.02), (10 + (i % 2 * 0.03)) * ratio))]);
        }
    }

    public void Dispose()
    {
        Store.Dispose();
        _folder.Dispose();
    }

    private static CellResult Score(string run, int count, IReadOnlySet<int> flipped, string weights, string? cluster, int version, double? floor)
    {
        var samples = Enumerable.Range(0, count).Select(i => new SampleRecord(
            "score", "acc", 2, $"s{i}", cluster is null ? null : $"{cluster}{i / 4}", null, (i % 4 != 0) != flipped.Contains(i) ? 1 : 0, 1)).ToList();
        var estimate = MetricAggregator.Aggregate(samples);
        return new(Examples.Cell(run, "score") with { CheckpointHash = weights },
            [Examples.Metric(run, "score", Examples.Key() with { SuiteVersion = version }, estimate.Value, estimate.StandardError, count) with { PracticalFloor = floor, ClusterCount = estimate.ClusterCount }],
            samples, [], [], []);
    }

    private static CellResult Time(string run, string cell, SeriesKey key, double milliseconds, double taintedShare) => new(
        Examples.Cell(run, cell, CellKind.Time),
        [Examples.Metric(run, cell, key, milliseconds) with { Kind = MetricKind.Duration, Unit = "ms", Direction = MetricDirection.LowerIsBetter }], [],
        [.. Enumerable.Range(0, 30).Select(i => new TimingBlockRecord(
            cell, "prefill", 256, 2, 1, i / 10, i % 10, 100, milliseconds * (1 + (0.002 * (i / 10))), i < taintedShare * 30))],
        [], []);
}
