using LT2.Eval.Results.Records;
using LT2.Eval.Results.Store;

namespace LT2.Eval.Results.Tests.Store;

public sealed class StoreMigrationTests : IDisposable
{
    private static readonly StoreMigrations Next = new(StoreSchema.Version1, StoreSchema.Version2, StoreSchema.Version3, "CREATE TABLE notes (note TEXT) STRICT;");
    private static readonly StoreMigrations Broken = new(StoreSchema.Version1, StoreSchema.Version2, StoreSchema.Version3, "CREATE TABLE notes (note TEXT); CREATE TABLE runs (x);");
    private readonly TemporaryFolder _folder = new();

    public StoreMigrationTests() => File.Copy(GoldenStore.Path(1), Store);

    private string Store => _folder.File("store.sqlite");

    [Fact]
    public void An_older_store_is_migrated_and_a_copy_is_kept()
    {
        using (var store = ResultStore.Open(Store, StoreAccess.ReadWrite, Next))
            GoldenStore.AssertHolds(store, Examples.Run(), version: 1);

        using var copy = ResultStore.Open(Store + ".v1.bak", StoreAccess.ReadOnly);
        GoldenStore.AssertHolds(copy, Examples.Run(), version: 1);
        var error = Assert.Throws<ResultsException>(() => ResultStore.Open(Store, StoreAccess.ReadOnly));
        Assert.Equal(ResultsProblem.StoreNewer, error.Problem);
    }

    [Fact]
    public void An_older_store_is_readable_without_being_changed()
    {
        var before = File.ReadAllBytes(Store);

        using (var store = ResultStore.Open(Store, StoreAccess.ReadOnly, Next))
            GoldenStore.AssertHolds(store, Examples.Run(), version: 1);

        Assert.Equal(before, File.ReadAllBytes(Store));
    }

    [Fact]
    public void A_newer_store_is_refused_untouched()
    {
        ResultStore.Open(Store, StoreAccess.ReadWrite, Next).Dispose();
        var before = File.ReadAllBytes(Store);

        var error = Assert.Throws<ResultsException>(() => ResultStore.Open(Store, StoreAccess.ReadWrite));

        Assert.Contains("update the program", error.Message, StringComparison.Ordinal);
        Assert.Equal(before, File.ReadAllBytes(Store));
    }

    [Fact]
    public void A_migration_that_fails_changes_nothing()
    {
        Assert.Throws<ResultsException>(() => ResultStore.Open(Store, StoreAccess.ReadWrite, Broken));

        using var store = ResultStore.Open(Store, StoreAccess.ReadOnly);
        GoldenStore.AssertHolds(store, Examples.Run(), version: 1);
    }

    public void Dispose() => _folder.Dispose();
}
