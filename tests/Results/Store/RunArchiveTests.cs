using LT2.Eval.Results.Records;
using LT2.Eval.Results.Store;

namespace LT2.Eval.Results.Tests.Store;

public sealed class RunArchiveTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly ResultStore _store;
    private readonly RunRecord _run = Examples.Run();

    public RunArchiveTests() => _store = ResultStore.Open(_folder.File("store.sqlite"), StoreAccess.ReadWrite);

    private string Archive => _folder.File($"pinned/quick{RunArchive.Extension}");

    private ResultStore Unpacked()
    {
        var folder = Directory.CreateDirectory(_folder.File(Guid.NewGuid().ToString("N"))).FullName;
        return ResultStore.Open(RunArchive.Unpack(Archive, folder), StoreAccess.ReadOnly);
    }

    [Fact]
    public void An_archive_holds_every_record_of_its_run_and_no_other_run()
    {
        _store.CreateRun(_run);
        GoldenStore.Fill(_store, _run);
        _store.CreateRun(Examples.Run("20260103-030405-abcdef"));

        using (var reader = ResultStore.Open(_store.Path, StoreAccess.ReadOnly))
            Assert.Equal(ArchivedSamples.All, RunArchive.Write(reader, _run.RunId, Archive, 1 << 20));

        using var read = Unpacked();
        GoldenStore.AssertHolds(read, _run);
        Assert.Equal(_run.RunId, Assert.Single(read.Runs()).RunId);
        Assert.Equal(2, _store.Runs().Count);
        Assert.Equal([Archive], Directory.GetFiles(_folder.File("pinned")));
    }

    [Fact]
    public void Where_files_lay_on_the_host_is_left_out()
    {
        _store.CreateRun(_run);
        _store.WriteEnvironment(_run.RunId, [new("libtorch", "2.10.0"), new("libtorch from", "/home/someone/lib"), new("native loading", "a private copy of /home/someone/lib")]);
        RunArchive.Write(_store, _run.RunId, Archive, 1 << 20);

        using var read = Unpacked();
        Assert.Equal([new EnvironmentEntry("libtorch", "2.10.0")], read.Environment(_run.RunId));
    }

    [Fact]
    public void Where_room_is_short_the_file_is_packed_more_tightly_then_samples_at_other_loop_counts_go_first_then_other_seeds_then_all_and_values_stay()
    {
        _store.CreateRun(_run);
        _store.WriteCell(Examples.ScoreCell(_run.RunId, "c1", samples: 2000));
        RunArchive.Write(_store, _run.RunId, Archive, 1 << 20);
        var quick = new FileInfo(Archive).Length;
        Assert.Equal(ArchivedSamples.All, RunArchive.Write(_store, _run.RunId, Archive, quick - 1)); // smaller, at the price of time
        var whole = new FileInfo(Archive).Length;
        Assert.InRange(whole, 1, quick - 1);

        Assert.Equal(ArchivedSamples.TrainedLoopCount, RunArchive.Write(_store, _run.RunId, Archive, whole - 1));
        using (var read = Unpacked())
        {
            Assert.Equal(["acc"], read.Samples(_run.RunId, "c1").Select(sample => sample.Metric).Distinct());
            Assert.Equal(_store.Samples(_run.RunId, "c1", "acc").Select(sample => sample with { Answer = null, Expected = null }), read.Samples(_run.RunId, "c1"));
            Assert.Empty(read.Responses(_run.RunId, "c1"));
        }

        var trained = new FileInfo(Archive).Length;
        var second = Examples.ScoreCell(_run.RunId, "c2", samples: 2000);
        _store.WriteCell(second with { Cell = second.Cell with { Seed = 18 }, Samples = [.. second.Samples.Select(sample => sample with { SampleId = "other " + sample.SampleId })] });
        Assert.Equal(ArchivedSamples.FirstSeed, RunArchive.Write(_store, _run.RunId, Archive, trained * 3 / 2));
        using (var read = Unpacked())
        {
            Assert.NotEmpty(read.Samples(_run.RunId, "c1"));
            Assert.Empty(read.Samples(_run.RunId, "c2"));
        }

        Assert.Equal(ArchivedSamples.None, RunArchive.Write(_store, _run.RunId, Archive, trained / 2));
        using (var read = Unpacked())
        {
            Assert.Empty(read.Samples(_run.RunId, "c1"));
            Assert.Equal(_store.Metrics(_run.RunId), read.Metrics(_run.RunId));
        }
    }

    [Fact]
    public void What_does_not_fit_at_all_is_refused_and_leaves_the_former_archive()
    {
        _store.CreateRun(_run);
        RunArchive.Write(_store, _run.RunId, Archive, 1 << 20);
        var former = File.ReadAllBytes(Archive);

        Assert.Contains("does not fit 100 bytes", Assert.Throws<ResultsException>(() => RunArchive.Write(_store, _run.RunId, Archive, 100)).Message, StringComparison.Ordinal);
        Assert.Equal(former, File.ReadAllBytes(Archive));
        Assert.Equal([Archive], Directory.GetFiles(_folder.File("pinned")));
    }

    [Fact]
    public void A_missing_archive_and_a_file_that_is_none_are_refused()
    {
        Assert.Equal(ResultsProblem.StoreMissing, Assert.Throws<ResultsException>(() => RunArchive.Unpack(Archive, _folder.Path)).Problem);
        Directory.CreateDirectory(_folder.File("pinned"));
        File.WriteAllText(Archive, "no archive");
        Assert.Equal(ResultsProblem.StoreDamaged, Assert.Throws<ResultsException>(() => RunArchive.Unpack(Archive, _folder.Path)).Problem);
    }

    public void Dispose()
    {
        _store.Dispose();
        _folder.Dispose();
    }
}
