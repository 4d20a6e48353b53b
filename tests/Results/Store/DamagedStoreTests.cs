using LT2.Eval.Results.Records;
using LT2.Eval.Results.Store;
using Microsoft.Data.Sqlite;

namespace LT2.Eval.Results.Tests.Store;

public sealed class DamagedStoreTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    private string Store => _folder.File("store.sqlite");

    [Theory]
    [InlineData(0)]
    [InlineData(60)]
    [InlineData(4096)]
    [InlineData(20_000)]
    public void A_truncated_store_is_refused_and_left_as_it_is(int length)
    {
        var damaged = File.ReadAllBytes(GoldenStore.Path(ResultStore.SchemaVersion))[..length];
        File.WriteAllBytes(Store, damaged);

        foreach (var access in Enum.GetValues<StoreAccess>())
        {
            var error = Assert.Throws<ResultsException>(() => ResultStore.Open(Store, access));
            Assert.Contains("LT2E300", error.Message, StringComparison.Ordinal);
            Assert.Contains(Store, error.Message, StringComparison.Ordinal);
        }
        Assert.Equal(damaged, File.ReadAllBytes(Store));
    }

    [Fact]
    public void No_flipped_byte_ever_changes_a_record_in_silence()
    {
        var whole = File.ReadAllBytes(GoldenStore.Path(ResultStore.SchemaVersion));
        var silent = new List<int>();
        var refused = 0;
        // A prime step visits headers, b-tree pages, free space and values alike.
        for (var position = 0; position < whole.Length; position += 37)
        {
            var damaged = (byte[])whole.Clone();
            damaged[position] ^= 0x55;
            File.WriteAllBytes(Store, damaged);
            try
            {
                using var store = ResultStore.Open(Store, StoreAccess.ReadOnly);
                GoldenStore.AssertHolds(store, Examples.Run());
            }
            catch (ResultsException)
            {
                refused++;
            }
            catch (Xunit.Sdk.XunitException)
            {
                silent.Add(position);
            }
        }
        Assert.Empty(silent);
        Assert.True(refused > 20, $"Only {refused} flips were noticed.");
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void A_store_whose_runs_cells_or_values_were_changed_is_refused_for_writing_and_left_as_it_is(int version)
    {
        var whole = File.ReadAllBytes(GoldenStore.Path(version));
        var refused = 0;
        for (var position = 0; position < whole.Length; position += 61)
        {
            var damaged = (byte[])whole.Clone();
            damaged[position] ^= 0x01;
            File.WriteAllBytes(Store, damaged);
            if (Record.Exception(() => ReadRecords(Store)) is null)
                continue;

            Assert.IsType<ResultsException>(Record.Exception(() => ResultStore.Open(Store, StoreAccess.ReadWrite).Dispose()));
            Assert.Equal(damaged, File.ReadAllBytes(Store));
            refused++;
        }
        Assert.True(refused > 20, $"Only {refused} flips were noticed.");
    }

    private static void ReadRecords(string path)
    {
        using var store = ResultStore.Open(path, StoreAccess.ReadOnly);
        foreach (var run in store.Runs())
        {
            store.Cells(run.RunId);
            store.Metrics(run.RunId);
            store.Environment(run.RunId);
            store.Events(run.RunId);
        }
    }

    [Fact]
    public void A_file_that_is_no_database_is_refused()
    {
        File.WriteAllText(Store, string.Concat(Enumerable.Repeat("variant,metric,value\n", 500)));

        Assert.Equal(ResultsProblem.NotAStore, Assert.Throws<ResultsException>(() => ResultStore.Open(Store, StoreAccess.ReadWrite)).Problem);
    }

    [Fact]
    public void A_database_of_another_program_is_refused_untouched()
    {
        using (var connection = new SqliteConnection($"Data Source={Store};Pooling=False"))
        {
            connection.Open();
            Sql.Execute(connection, "CREATE TABLE bookmarks (url TEXT)");
        }
        var before = File.ReadAllBytes(Store);

        var error = Assert.Throws<ResultsException>(() => ResultStore.Open(Store, StoreAccess.ReadWrite));

        Assert.Contains("another program", error.Message, StringComparison.Ordinal);
        Assert.Equal(before, File.ReadAllBytes(Store));
    }

    [Fact]
    public void Reading_a_store_that_is_not_there_says_so_and_creates_nothing()
    {
        var error = Assert.Throws<ResultsException>(() => ResultStore.Open(Store, StoreAccess.ReadOnly));

        Assert.Equal(ResultsProblem.StoreMissing, error.Problem);
        Assert.Empty(Directory.GetFileSystemEntries(_folder.Path));
    }

    [Fact]
    public void A_folder_in_the_stores_place_is_an_error()
    {
        Directory.CreateDirectory(Store);

        Assert.IsType<ResultsException>(Record.Exception(() => ResultStore.Open(Store, StoreAccess.ReadWrite)));
    }

    [Fact]
    public void A_file_in_the_folders_place_is_an_error()
    {
        File.WriteAllText(_folder.File("runs"), "");

        var error = Assert.Throws<ResultsException>(() => ResultStore.Open(_folder.File("runs/store.sqlite"), StoreAccess.ReadWrite));

        Assert.Contains("Nothing was changed", error.Message, StringComparison.Ordinal);
    }

    public void Dispose() => _folder.Dispose();
}
