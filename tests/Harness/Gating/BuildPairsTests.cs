using LT2.Eval.Harness.Gating;
using LT2.Eval.Harness.Timing;
using LT2.Eval.Results.Gating;
using LT2.Eval.Results.Records;
using LT2.Eval.Results.Store;
using Microsoft.Extensions.Time.Testing;

namespace LT2.Eval.Harness.Tests.Gating;

public sealed class BuildPairsTests : IDisposable
{
    private const string Host = "cpu x2";

    private readonly string folder = Directory.CreateTempSubdirectory("lt2-pairs-").FullName;
    private readonly ResultStore store;
    private readonly List<string> started = [];
    private readonly List<string> messages = [];
    private readonly FakeTimeProvider clock = new();
    private Action meeting = () => { };

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
        Assert.Equal(Enumerable.Repeat(new ConfirmationPair(10, 11, null, Host), 3), pairs!);
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

        Assert.Equal(new ConfirmationPair(1000, 1100, null, Host), pair);
        Assert.All(started, line => Assert.EndsWith(" lt2-gdn@tiny T=2 prefill 32 cpu 2 with memory", line, StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_time_that_no_time_cell_measured_cannot_be_measured_again()
    {
        var definition = """{"kind":"exit","parent":"trained","case":{},"thresholds":[0.5],"rows":4,"length":64,"testSetSeed":1,"dataHash":null}""";
        var key = Key("latency", 64) with { SuiteId = "early-exit", TaskId = "text", CaseParameters = "exitThreshold=0.5", Phase = "decode" };
        var cell = new CellRecord("run", "exit", CellKind.Time, "early exit", definition, CellOutcome.Finished, null, "lt2-gdn@tiny", 1, 2, DateTimeOffset.UnixEpoch, 1);
        store.WriteCell(new CellResult(cell, [Metric("latency", MetricKind.Duration, 64) with { CellId = "exit", Key = key }], [], [], [], []));

        Assert.Null(await Pairs(wholeCells: false).MeasureAsync(key, 2, TestContext.Current.CancellationToken));
        Assert.Null(await Pairs(wholeCells: true).MeasureAsync(key, 2, TestContext.Current.CancellationToken));

        Assert.Empty(started);
        Assert.Contains(messages, message => message.Contains("early exit", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Another_host_class_is_refused()
    {
        var pairs = await Pairs(wholeCells: false, host: "cpu x64").MeasureAsync(Key("latency", 32), 2, TestContext.Current.CancellationToken);

        Assert.Null(pairs);
        Assert.Contains(messages, message => message.Contains("this host is 'cpu x64'", StringComparison.Ordinal));
        Assert.Equal(2, started.Count); // the first pair shows it
    }

    [Fact]
    public async Task Where_the_pin_is_of_another_host_class_pairs_of_that_class_answer_too()
    {
        var pairs = await Pairs(wholeCells: false, host: "cpu x64", pinnedHost: "cpu x64").MeasureAsync(Key("latency", 32), 2, TestContext.Current.CancellationToken);
        Assert.Equal(Enumerable.Repeat(new ConfirmationPair(10, 11, null, "cpu x64"), 2), pairs!);

        var kept = await Pairs(wholeCells: false, bench: null, pinnedHost: "cpu x64").MeasureAsync(Key("latency", 32), 2, TestContext.Current.CancellationToken);
        Assert.Equal(Enumerable.Repeat(new ConfirmationPair(10, 11, clock.Start, "cpu x64"), 2), kept!);
        Assert.Null(await Pairs(wholeCells: false, bench: null).MeasureAsync(Key("latency", 32), 2, TestContext.Current.CancellationToken));
        Assert.Null(await Pairs(wholeCells: false, bench: null, pinnedHost: "cpu x8").MeasureAsync(Key("latency", 32), 2, TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task A_build_that_does_not_run_gives_no_pairs_and_its_words()
    {
        var broken = Pairs(wholeCells: false, baselineFails: true);

        Assert.Null(await broken.MeasureAsync(Key("latency", 32), 2, TestContext.Current.CancellationToken));
        Assert.Contains("Not confirmed: it broke", messages);
    }

    [Fact]
    public async Task Kept_pairs_answer_without_any_build_to_measure()
    {
        await Pairs(wholeCells: false).MeasureAsync(Key("latency", 32), 2, TestContext.Current.CancellationToken);

        var kept = await Pairs(wholeCells: false, bench: null).MeasureAsync(Key("latency", 32), 2, TestContext.Current.CancellationToken);

        Assert.Equal(Enumerable.Repeat(new ConfirmationPair(10, 11, clock.Start, Host), 2), kept!);
        Assert.Null(await Pairs(wholeCells: false, bench: null).MeasureAsync(Key("latency", 32), 3, TestContext.Current.CancellationToken));
        Assert.Null(await Pairs(wholeCells: false, bench: null).MeasureAsync(Key("latency", 16), 2, TestContext.Current.CancellationToken));
        Assert.Null(await Pairs(wholeCells: true, bench: null).MeasureAsync(Key("latency", 32), 2, TestContext.Current.CancellationToken));
        Assert.Null(await Pairs(wholeCells: false, bench: null, pinned: "another").MeasureAsync(Key("latency", 32), 2, TestContext.Current.CancellationToken));
        Assert.Null(await Pairs(wholeCells: false, bench: null, build: "another").MeasureAsync(Key("latency", 32), 2, TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task A_killed_confirmation_goes_on_after_its_last_pair()
    {
        await Pairs(wholeCells: true).MeasureAsync(Key("latency", 32), 3, TestContext.Current.CancellationToken);
        var lines = File.ReadAllLines(KeptPath);
        File.WriteAllText(KeptPath, $"{lines[0]}\n{lines[1][..40]}"); // killed while it wrote the second
        started.Clear();

        var pairs = await Pairs(wholeCells: true).MeasureAsync(Key("latency", 16), 3, TestContext.Current.CancellationToken);

        Assert.Equal([clock.Start, null, null], pairs!.Select(pair => pair.KeptUtc));
        Assert.Equal(["candidate", "baseline", "baseline", "candidate"], started.Select(line => line.Split(' ')[0]));
        Assert.Contains(messages, message => message.Contains("line 2 is not a whole pair", StringComparison.Ordinal));
        Assert.Equal(3, (await Pairs(wholeCells: true, bench: null).MeasureAsync(Key("latency", 32), 3, TestContext.Current.CancellationToken))!.Count);
    }

    [Fact]
    public async Task Measured_again_the_newest_pairs_count()
    {
        await Pairs(wholeCells: false).MeasureAsync(Key("latency", 32), 2, TestContext.Current.CancellationToken);
        started.Clear();
        clock.Advance(TimeSpan.FromDays(1));

        var pairs = await Pairs(wholeCells: false, again: true).MeasureAsync(Key("latency", 32), 2, TestContext.Current.CancellationToken);

        Assert.Equal((4, 2), (started.Count, pairs!.Count(pair => pair.KeptUtc is null)));
        var kept = await Pairs(wholeCells: false).MeasureAsync(Key("latency", 32), 2, TestContext.Current.CancellationToken);
        Assert.All(kept!, pair => Assert.Equal(clock.Start.AddDays(1), pair.KeptUtc));
    }

    [Fact]
    public async Task Pairs_of_a_program_of_unknown_build_are_not_kept()
    {
        await Pairs(wholeCells: false, baselineBuild: null).MeasureAsync(Key("latency", 32), 2, TestContext.Current.CancellationToken);

        Assert.False(File.Exists(KeptPath));
    }

    [Fact]
    public async Task Several_devices_measure_at_once_and_both_sides_of_a_pair_share_one()
    {
        using var together = new Barrier(2);
        meeting = () => Assert.True(together.SignalAndWait(TimeSpan.FromMinutes(1)), "The devices did not measure side by side.");

        var pairs = await Pairs(wholeCells: false, devices: ["cuda:0", "cuda:1"]).MeasureAsync(Key("latency", 32), 2, TestContext.Current.CancellationToken);

        Assert.Equal(Enumerable.Repeat(new ConfirmationPair(10, 11, null, Host), 2), pairs!);
        Assert.Equal(["baseline cuda:0", "baseline cuda:1", "candidate cuda:0", "candidate cuda:1"],
            started.Select(line => $"{line.Split(' ')[0]} {line.Split(' ')[5]}").Order(StringComparer.Ordinal));
    }

    public void Dispose()
    {
        store.Dispose();
        Directory.Delete(folder, recursive: true);
    }

    private BuildPairs Pairs(bool wholeCells, string host = Host, bool baselineFails = false, bool again = false, string? baselineBuild = "accepted", string[]? devices = null, string pinnedHost = Host)
    {
        var bench = new InterleavedPairs(
            new Fake("baseline", 10, host, Start) { Fails = baselineFails }, new Fake("candidate", 11, host, Start), devices ?? ["cpu"], Say);
        return Pairs(wholeCells, new BuildBench(baselineBuild, "this", bench, again), pinnedHost: pinnedHost);
    }

    private BuildPairs Pairs(bool wholeCells, BuildBench? bench, string pinned = "accepted", string build = "this", string pinnedHost = Host) =>
        new(store, store.Run("run") with { BuildId = build }, Pin(pinned, pinnedHost), new KeptPairs(KeptPath, Say), bench, wholeCells, clock, Say);

    private static PinFile Pin(string build, string host) => new(
        PinFile.CurrentSchemaVersion, "tiny", "hash", "accepted-run", build, null, null, "first", "a person", DateTimeOffset.UnixEpoch, null, "digest",
        [.. ((int[])[16, 32]).Select(length => new PinnedMetric("series", Key("latency", length) with { HostClass = host }, null, 10, null, 1, null, MetricKind.Duration, "ms"))]);

    private void Start(string line)
    {
        meeting();
        lock (started)
        {
            started.Add(line);
        }
    }

    private void Say(string message)
    {
        lock (messages)
        {
            messages.Add(message);
        }
    }

    private string KeptPath => Path.Combine(folder, "gates", "confirmations.jsonl");

    private static SeriesKey Key(string metric, int length) => new(
        "timing", 1, "prefill", "", 0, null, null, metric, null, "lt2-gdn@tiny", null, null, 2, "float32", 1, "prefill", length, "readable", Host);

    private static MetricRecord Metric(string metric, MetricKind kind, int length) => new(
        "run", "cell", Key(metric, length), null, 10, null, 3, 1, null, MetricDirection.LowerIsBetter, "ms", kind, null);

    private sealed class Fake(string name, double milliseconds, string host, Action<string> start) : ITimingProcess
    {
        public bool Fails { get; init; }

        public TimingReport Run(TimingRequest request, CancellationToken cancellation)
        {
            start($"{name} {request.VariantId} T={request.LoopCount} {string.Join(',', request.Phases)} {string.Join(',', request.Lengths)} {request.Device} {request.ThreadCount}{(request.MemoryLengths is not null ? " with memory" : "")}");
            return Fails
                ? throw new InvalidOperationException("it broke")
                : new TimingReport(host, "readable", [.. request.Phases.SelectMany(phase => request.Lengths.Select(length =>
                    new TimingMeasurement(phase, length, "finished", null, 1, [milliseconds, milliseconds, milliseconds * 2], (long)milliseconds * 100)))]);
        }

        public TimingReport RunCanary(string device, int? threadCount, CancellationToken cancellation) => throw new NotSupportedException("Confirmations measure no canary.");
    }
}
