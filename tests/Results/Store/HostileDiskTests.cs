using LT2.Eval.Results.Records;
using LT2.Eval.Results.Store;

namespace LT2.Eval.Results.Tests.Store;

public sealed class HostileDiskTests
{
    [Fact]
    public void A_full_disk_stops_the_running_cell_and_keeps_the_ones_before()
    {
        using var disk = new SmallDisk(kibibytes: 2048);
        var path = disk.File("store.sqlite");
        var written = 0;
        using (var store = ResultStore.Open(path, StoreAccess.ReadWrite))
        {
            store.CreateRun(Examples.Run("run"));
            var error = Assert.Throws<ResultsException>(() =>
            {
                for (; written < 10_000; written++)
                    store.WriteCell(StoreWriter.Cell("run", written));
            });
            Assert.Equal(ResultsProblem.DiskFull, error.Problem);
            Assert.Contains("Free some space", error.Message, StringComparison.Ordinal);
            Assert.Equal(written, store.Cells("run").Count);
        }
        Assert.InRange(written, 1, 9_999);
        using var reader = ResultStore.Open(path, StoreAccess.ReadOnly);
        Assert.Equal(Enumerable.Range(0, written).Select(StoreWriter.CellId), reader.Cells("run").Select(cell => cell.CellId));
        Assert.Equal(StoreWriter.Cell("run", written - 1).Samples, reader.Samples("run", StoreWriter.CellId(written - 1)));
    }

    [Fact]
    public void A_disk_too_full_for_a_new_store_leaves_nothing_behind()
    {
        using var disk = new SmallDisk(kibibytes: 64);

        var error = Assert.Throws<ResultsException>(() => ResultStore.Open(disk.File("store.sqlite"), StoreAccess.ReadWrite));

        Assert.Equal(ResultsProblem.DiskFull, error.Problem);
        Assert.DoesNotContain(Directory.GetFiles(disk.Path), file => Path.GetFileName(file) == "store.sqlite");
    }

    [Fact]
    public void A_read_only_folder_is_read_and_refused_for_writing()
    {
        using var disk = new SmallDisk(kibibytes: 4096);
        var path = disk.File("store.sqlite");
        using (var store = ResultStore.Open(path, StoreAccess.ReadWrite))
        {
            store.CreateRun(Examples.Run());
            GoldenStore.Fill(store, Examples.Run());
        }
        disk.MakeReadOnly();

        using (var reader = ResultStore.Open(path, StoreAccess.ReadOnly))
            GoldenStore.AssertHolds(reader, Examples.Run());
        var error = Assert.Throws<ResultsException>(() => ResultStore.Open(path, StoreAccess.ReadWrite));
        Assert.Equal(ResultsProblem.StoreReadOnly, error.Problem);
        var fresh = Assert.Throws<ResultsException>(() => ResultStore.Open(disk.File("new/store.sqlite"), StoreAccess.ReadWrite));
        Assert.Contains("Nothing was changed", fresh.Message, StringComparison.Ordinal);
    }
}
