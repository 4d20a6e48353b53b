using LT2.Eval.Harness.Plans;

namespace LT2.Eval.Harness.Execution;

/// <summary>Where a run's files lie, held by one program at a time.</summary>
public sealed class RunFolder : IDisposable
{
    private readonly FileStream held;

    private RunFolder(string root, FileStream held) => (Root, this.held) = (root, held);

    /// <summary>The folder <c>results/runs</c>.</summary>
    public string Root { get; }

    /// <summary>The store.</summary>
    public string StorePath => StorePathIn(Root);

    /// <summary>A checkpoint folder a train cell.</summary>
    public string CheckpointRoot => CheckpointsIn(Root);

    /// <summary>The checkpoints of a runs folder.</summary>
    public static string CheckpointsIn(string runsRoot) => Path.Combine(runsRoot, "checkpoints");

    /// <summary>The runs folder below an output root.</summary>
    public static string RunsIn(string outputRoot) => Path.Combine(outputRoot, "results", "runs");

    /// <summary>The store below an output root.</summary>
    public static string StoreBelow(string outputRoot) => StorePathIn(RunsIn(outputRoot));

    /// <summary>The accepted baselines below an output root.</summary>
    public static string PinsIn(string outputRoot) => Path.Combine(outputRoot, "results", "pinned");

    /// <summary>The pages below an output root.</summary>
    public static string SiteIn(string outputRoot) => Path.Combine(outputRoot, "reports", "site");

    /// <summary>Makes the folder and takes it; the operating system gives it back however this program ends.</summary>
    /// <exception cref="PlanException">It cannot be written, or another run holds it.</exception>
    public static RunFolder Open(string outputRoot)
    {
        var root = RunsIn(outputRoot);
        return new RunFolder(root, FolderLock.Take(root, ".lock", $"Another run is using '{root}'", "Wait for it, or write elsewhere with --out DIR."));
    }

    /// <inheritdoc />
    public void Dispose() => held.Dispose();

    private static string StorePathIn(string runs) => Path.Combine(runs, Results.Store.ResultStore.FileName);
}
