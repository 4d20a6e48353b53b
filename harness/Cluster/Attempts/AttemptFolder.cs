using LT2.Eval.Results.Records;
using LT2.Eval.Results.Store;

namespace LT2.Eval.Harness.Cluster.Attempts;

/// <summary>
/// Where worker processes of a run leave results, on a folder that all of them share: <c>CELL.ATTEMPT.sqlite</c>, one file an attempt at a cell, written under
/// another name and renamed. Nobody writes a store together, so a network file system without reliable locks is enough.
/// </summary>
/// <param name="runsRoot">The folder <c>results/runs</c>.</param>
/// <param name="runId">The run.</param>
public sealed class AttemptFolder(string runsRoot, string runId)
{
    private const string ResultExtension = ".sqlite";

    private const string StartExtension = ".started";

    /// <summary>The folder.</summary>
    public string Root { get; } = Path.Combine(runsRoot, "attempts", runId);

    /// <summary>Who works on a cell says so here.</summary>
    internal string LeasePath(string cellId) => Path.Combine(Root, cellId + ".lease");

    /// <summary>Writes an attempt's result.</summary>
    public string Write(RunRecord run, IReadOnlyList<EnvironmentEntry> environment, CellResult result, string attempt)
    {
        Directory.CreateDirectory(Root);
        var path = Path.Combine(Root, $"{result.Cell.CellId}.{attempt}{ResultExtension}");
        CellFile.Write(path, run, environment, result);
        return path;
    }

    /// <summary>Complete results, sorted by cell and attempt.</summary>
    public IReadOnlyList<string> Results() => Files("*" + ResultExtension);

    /// <summary>Complete results of one cell.</summary>
    public IReadOnlyList<string> ResultsOf(string cellId) => Files(cellId + ".*" + ResultExtension);

    /// <summary>The attempt that wrote a result file.</summary>
    public static string AttemptOf(string path) => Path.GetFileNameWithoutExtension(path).Split('.', 2)[^1];

    /// <summary>Notes that an attempt begins; the note stays when the process or its machine dies.</summary>
    public void NoteStart(string cellId, string attempt)
    {
        Directory.CreateDirectory(Root);
        File.WriteAllText(StartPath(cellId, attempt), $"{attempt} on {HostName.Current}, process {Environment.ProcessId}");
    }

    /// <summary>The attempt ended in order: with a result, or stopped by a signal.</summary>
    public void NoteEnd(string cellId, string attempt) => File.Delete(StartPath(cellId, attempt));

    /// <summary>Attempts that began and never ended, other than <paramref name="attempt"/>, one line each.</summary>
    public IReadOnlyList<string> LostAttempts(string cellId, string attempt) =>
        [.. Files(cellId + ".*" + StartExtension).Where(path => path != StartPath(cellId, attempt)).Select(File.ReadAllText)];

    /// <summary>Forgets every note of a cell's attempts; results stay.</summary>
    public void ForgetStarts(string cellId)
    {
        foreach (var path in Files(cellId + ".*" + StartExtension))
        {
            File.Delete(path);
        }
    }

    /// <summary>Removes the folder once everything in it is in the store.</summary>
    public void Delete()
    {
        if (Directory.Exists(Root))
        {
            Directory.Delete(Root, recursive: true);
        }
    }

    private string StartPath(string cellId, string attempt) => Path.Combine(Root, $"{cellId}.{attempt}{StartExtension}");

    // Names that begin with a dot are files still being written.
    private List<string> Files(string pattern) => !Directory.Exists(Root) ? []
        : [.. Directory.EnumerateFiles(Root, pattern).Where(path => !Path.GetFileName(path).StartsWith('.')).Order(StringComparer.Ordinal)];
}
