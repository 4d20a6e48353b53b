using LT2.Eval.Harness.Gating;
using LT2.Eval.Harness.Timing;
using LT2.Eval.Results.Gating;
using LT2.Eval.Results.Records;
using LT2.Eval.Results.Store;

namespace LT2.Eval.Harness.Tests.Gating;

public sealed class BuildPairsTests : IDisposable
{
    private const string Host = "cpu x2";

    private readonly string folder = Directory.CreateTempSubdirectory("lt2-pairs-").FullName;
    private readonly ResultStore store;
    private readonly List<string> started = [];
    private readonly List<string> messages = [];

    public BuildPairsTests()
    {
        store = ResultStore.Open(Path.Combine(folder, ResultStore.FileName), StoreAccess.ReadWrite);
        store.CreateRun(new RunRecord("run", "tiny", "hash", "name: tiny\ntestSetSeed: 1\nthreads: 2\n", "build", null, null, DateTimeOffset.UnixEpoch, null, RunStatus.Running, Host, "lt2 run"));
        store.WriteEnvironment("run", [new EnvironmentEntry("settings.device", "cpu")]);
        var definition = """{"kind":"time","model":{"loopCount":2,"vocabularySize":64},"phases":["prefill","decode"],"lengths":[16,32],"batchSize":1,"processes":1,"blocks":3,"minimumBlockMilliseconds":5,"dtype":"float32"}""";
        var cell = new CellRecord("run", "cell", CellKind.Time, "time", definition, CellOutcome.Finished, null, "lt2-gdn@tiny", null, null, DateTimeOffset.UnixEpoch, 1);
        store.WriteCell(new CellResult(cell, [Metric("latency", MetricKind.Duration, 16), Metric("latency", MetricKind.Duration, 32), Metric("peak_memory", MetricKind.Bytes, 32)], [], [], [], []));
    }

    [Fact]
    public async Task Builds_take_turns_and_which_goes_first_alternates()
    {
        var pairs = await Pairs(wholeCells: false).MeasureAsync(Key("latency", 32), 3, TestContext.Current.CancellationToken);

        Assert.Equal(["baseline", "candidate", "candidate", "baseline", "baseline", "candidate"], started.Select(line => line.Split(' ')[0]));
        Assert.All(started, line => Assert.EndsWith(" lt2-gdn@tiny T=2 prefill 32 cpu 2", line, StringComparison.Ordinal));
        Assert.Equal([new(10, 11), new(10, 11), new(10, 11)], pairs!);
    }

    [Fact]
    public async Task A_whole_cell_is_measured_once_for_all_its_series()
    {
        var pairs = Pairs(wholeCells: true);
        await pairs.MeasureAsync(Key("latency", 16), 2, TestContext.Current.CancellationToken);
        await pairs.MeasureAsync(Key("latency", 32), 2, TestContext.Current.CancellationToken);

        Assert.Equal(4, started.Count);
        Assert.All(started, line => Assert.Contains("prefill,decode 16,32", line, StringComparison.Ordinal));
    }

    [Fact]
    public async Task Peak_memory_is_confirmed_by_probes_of_its_own_phase_and_length()
    {
        var pair = Assert.Single((await Pairs(wholeCells: false).MeasureAsync(Key("peak_memory", 32), 1, TestContext.Current.CancellationToken))!);

        Assert.Equal(new ConfirmationPair(1000, 1100), pair);
        Assert.All(started, line => Assert.EndsWith(" lt2-gdn@tiny T=2 prefill 32 cpu 2 with memory", line, StringComparison.Ordinal));
    }

    [Fact]
    public async Task Another_host_class_is_refused()
    {
        var pairs = await Pairs(wholeCells: false, host: "cpu x64").MeasureAsync(Key("latency", 32), 2, TestContext.Current.CancellationToken);

        Assert.Null(pairs);
        Assert.Contains(messages, message => message.Contains("this host is 'cpu x64'", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_build_that_does_not_run_gives_no_pairs_and_its_words()
    {
        var broken = new BuildPairs(store, "run", new Fake("baseline", 10, Host, started) { Fails = true }, new Fake("candidate", 11, Host, started), false, messages.Add);

        Assert.Null(await broken.MeasureAsync(Key("latency", 32), 2, TestContext.Current.CancellationToken));
        Assert.Contains("Not confirmed: it broke", messages);
    }

    public void Dispose()
    {
        store.Dispose();
        Directory.Delete(folder, recursive: true);
    }

    private BuildPairs Pairs(bool wholeCells, string host = Host) =>
        new(store, "run", new Fake("baseline", 10, host, started), new Fake("candidate", 11, host, started), wholeCells, messages.Add);

    private static SeriesKey Key(string metric, int length) => new(
        "timing", 1, "prefill", "", 0, null, null, metric, null, "lt2-gdn@tiny", null, null, 2, "float32", 1, "prefill", length, "readable", Host);

    private static MetricRecord Metric(string metric, MetricKind kind, int length) => new(
        "run", "cell", Key(metric, length), null, 10, null, 3, 1, null, MetricDirection.LowerIsBetter, "ms", kind, null);

    private sealed class Fake(string name, double milliseconds, string host, List<string> started) : ITimingProcess
    {
        public bool Fails { get; init; }

        public TimingReport Run(TimingRequest request, CancellationToken cancellation)
        {
            started.Add($"{name} {request.VariantId} T={request.LoopCount} {string.Join(',', request.Phases)} {string.Join(',', request.Lengths)} {request.Device} {request.ThreadCount}{(request.MemoryLengths is not null ? " with memory" : "")}");
            return Fails
                ? throw new InvalidOperationException("it broke")
                : new TimingReport(host, "readable", [.. request.Phases.SelectMany(phase => request.Lengths.Select(length =>
                    new TimingMeasurement(phase, length, "finished", null, 1, [milliseconds, milliseconds, milliseconds * 2], (long)milliseconds * 100)))]);
        }

        public TimingReport RunCanary(string device, int? threadCount, CancellationToken cancellation) => throw new NotSupportedException("Confirmations measure no canary.");
    }
}
