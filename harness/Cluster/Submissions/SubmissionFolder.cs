using System.Text.Json;
using LT2.Eval.Harness.Plans;
using LT2.Eval.Harness.Timing;

namespace LT2.Eval.Harness.Cluster.Submissions;

/// <summary>The files of a submission: <c>results/runs/submissions/RUN</c> with its plan of stages, job scripts, job ids, logs, and results that tasks need of earlier cells.</summary>
/// <param name="runsRoot">The folder <c>results/runs</c>.</param>
/// <param name="runId">The run.</param>
public sealed class SubmissionFolder(string runsRoot, string runId)
{
    /// <summary>The folder.</summary>
    public string Root { get; } = Path.Combine(runsRoot, "submissions", runId);

    /// <summary>The run.</summary>
    public string RunId => runId;

    /// <summary>Where Slurm writes what tasks print.</summary>
    public string Logs => Path.Combine(Root, "logs");

    /// <summary>Submitted, and its results not yet collected for good.</summary>
    public bool IsOpen => File.Exists(SubmissionPath) && !File.Exists(CollectedPath);

    private string SubmissionPath => Path.Combine(Root, "submission.json");

    private string JobsPath => Path.Combine(Root, "jobs.json");

    private string CollectedPath => Path.Combine(Root, "collected");

    /// <summary>Every submission of a runs folder, oldest first.</summary>
    public static IReadOnlyList<SubmissionFolder> All(string runsRoot)
    {
        var root = Path.Combine(runsRoot, "submissions");
        return !Directory.Exists(root) ? [] : [.. Directory.EnumerateDirectories(root).Order(StringComparer.Ordinal)
            .Select(path => new SubmissionFolder(runsRoot, Path.GetFileName(path))).Where(folder => File.Exists(folder.SubmissionPath))];
    }

    /// <summary>The submission of a run, or the newest where none is named.</summary>
    public static SubmissionFolder Choose(string runsRoot, string? named)
    {
        var all = All(runsRoot);
        return all.LastOrDefault(folder => named is null || folder.RunId.StartsWith(named, StringComparison.Ordinal))
            ?? throw new PlanException(all.Count == 0
                ? $"Nothing was submitted from '{runsRoot}'. Submit a plan: lt2 submit PLAN"
                : $"No submission is of run '{named}'. {NearestName.Hint(named!, [.. all.Select(folder => folder.RunId)])}");
    }

    /// <summary>Where a cell's result from before the submission lies.</summary>
    public string ParentPath(string cellId) => Path.Combine(Root, "parents", cellId + ".sqlite");

    /// <summary>A job's script.</summary>
    public string ScriptPath(string name) => Path.Combine(Root, name + ".sh");

    /// <summary>Writes everything but the job ids; what an earlier submission of the run left is replaced.</summary>
    public void Write(Submission submission, IEnumerable<(string Name, string Text)> scripts)
    {
        Directory.CreateDirectory(Logs);
        File.Delete(CollectedPath);
        File.Delete(JobsPath);
        foreach (var (name, text) in scripts)
        {
            File.WriteAllText(ScriptPath(name), text);
        }

        WriteWhole(SubmissionPath, JsonSerializer.Serialize(submission, JsonOutput.Options));
    }

    /// <summary>Reads the submission.</summary>
    public Submission Read() => Read<Submission>(SubmissionPath) ?? throw new PlanException($"'{Root}' holds no submission.");

    /// <summary>Notes the jobs by script name.</summary>
    public void WriteJobs(IReadOnlyDictionary<string, string> jobs) => WriteWhole(JobsPath, JsonSerializer.Serialize(jobs, JsonOutput.Options));

    /// <summary>The jobs by script name; empty before they were submitted.</summary>
    public IReadOnlyDictionary<string, string> Jobs() => Read<SortedDictionary<string, string>>(JobsPath) ?? [];

    /// <summary>Everything that will come has been collected.</summary>
    public void MarkCollected(TimeProvider clock) => WriteWhole(CollectedPath, clock.GetUtcNow().ToString("O"));

    private static T? Read<T>(string path)
        where T : class => File.Exists(path) ? JsonSerializer.Deserialize<T>(File.ReadAllText(path), JsonOutput.Options) : null;

    private static void WriteWhole(string path, string text)
    {
        File.WriteAllText(path + ".new", text);
        File.Move(path + ".new", path, overwrite: true);
    }
}
