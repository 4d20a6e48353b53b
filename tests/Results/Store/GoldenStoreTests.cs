using LT2.Eval.Results.Store;

namespace LT2.Eval.Results.Tests.Store;

public sealed class GoldenStoreTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void The_store_of_every_version_is_read_unchanged(int version)
    {
        var before = File.ReadAllBytes(GoldenStore.Path(version));

        using (var store = ResultStore.Open(GoldenStore.Path(version), StoreAccess.ReadOnly))
            GoldenStore.AssertHolds(store, Examples.Run(), version);

        Assert.Equal(before, File.ReadAllBytes(GoldenStore.Path(version)));
    }

    /// <summary>With LT2_UPDATE_GOLDEN=FOLDER a new schema version writes its golden store there; without, this checks that it could.</summary>
    [Fact]
    public void A_golden_store_of_the_current_version_can_be_made()
    {
        var target = Environment.GetEnvironmentVariable("LT2_UPDATE_GOLDEN") ?? _folder.Path;
        var path = Path.Combine(target, $"v{ResultStore.SchemaVersion}.sqlite");
        using (var store = ResultStore.Open(path, StoreAccess.ReadWrite))
        {
            store.CreateRun(Examples.Run());
            GoldenStore.Fill(store, Examples.Run());
        }

        using var reader = ResultStore.Open(path, StoreAccess.ReadOnly);
        GoldenStore.AssertHolds(reader, Examples.Run());
        Assert.True(File.Exists(GoldenStore.Path(ResultStore.SchemaVersion)), "A new schema version needs its golden store.");
    }

    public void Dispose() => _folder.Dispose();
}
