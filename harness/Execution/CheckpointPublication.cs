namespace LT2.Eval.Harness.Execution;

/// <summary>A checkpoint folder that is written under another name and then renamed, so that it is always that of one training and whole.</summary>
/// <param name="target">Where it appears.</param>
internal sealed class CheckpointPublication(string target) : IDisposable
{
    /// <summary>Where to write.</summary>
    public string Folder { get; } = $"{target}.new-{Guid.NewGuid():N}";

    /// <summary>Renames the folder; one that was there before goes.</summary>
    public void Publish()
    {
        if (Directory.Exists(target))
        {
            var former = $"{target}.old-{Guid.NewGuid():N}";
            Directory.Move(target, former);
            Directory.Move(Folder, target);
            Directory.Delete(former, recursive: true);
            return;
        }

        Directory.Move(Folder, target);
    }

    /// <summary>Removes what was not published.</summary>
    public void Dispose()
    {
        if (Directory.Exists(Folder))
        {
            Directory.Delete(Folder, recursive: true);
        }
    }
}
