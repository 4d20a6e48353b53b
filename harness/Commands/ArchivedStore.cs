using LT2.Eval.Results.Store;

namespace LT2.Eval.Harness.Commands;

/// <summary>A store for reading: a store's file as it lies there, or an archive (<see cref="RunArchive"/>) unpacked into a folder that goes with it.</summary>
internal sealed class ArchivedStore : IDisposable
{
    private readonly string? folder;

    private ArchivedStore(ResultStore store, string? folder) => (Store, this.folder) = (store, folder);

    /// <summary>The store, open for reading.</summary>
    public ResultStore Store { get; }

    /// <summary>Opens either.</summary>
    public static ArchivedStore Open(string path)
    {
        if (!path.EndsWith(RunArchive.Extension, StringComparison.Ordinal))
        {
            return new(ResultStore.Open(path, StoreAccess.ReadOnly), null);
        }

        var folder = Directory.CreateTempSubdirectory("lt2-archive-").FullName;
        try
        {
            return new(ResultStore.Open(RunArchive.Unpack(path, folder), StoreAccess.ReadOnly), folder);
        }
        catch
        {
            Directory.Delete(folder, recursive: true);
            throw;
        }
    }

    /// <inheritdoc />
    public void Dispose()
    {
        Store.Dispose();
        if (folder is not null)
        {
            Directory.Delete(folder, recursive: true);
        }
    }
}
