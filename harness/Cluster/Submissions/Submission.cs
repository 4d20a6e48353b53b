using System.Text.Json.Serialization;
using LT2.Eval.Results.Records;

namespace LT2.Eval.Harness.Cluster.Submissions;

/// <summary>A plan handed to Slurm, as <c>submission.json</c> in its folder keeps it.</summary>
/// <param name="Run">The run, so that tasks need not open the store that is written meanwhile.</param>
/// <param name="OutputRoot">Folder under which <c>results/runs</c> lies; every node sees it.</param>
/// <param name="DataFolder">Value of <c>--data</c>.</param>
/// <param name="Device">Device of a task: <c>cpu</c> or <c>cuda</c>.</param>
/// <param name="ThreadCount">CPU threads of a task.</param>
/// <param name="LeaseSeconds">A lease that was not renewed for so long is taken over.</param>
/// <param name="Stages">In the order in which they run.</param>
public sealed record Submission(
    RunRecord Run,
    string OutputRoot,
    string? DataFolder,
    string Device,
    int ThreadCount,
    double LeaseSeconds,
    IReadOnlyList<SubmissionStage> Stages)
{
    /// <summary>The run's id.</summary>
    [JsonIgnore]
    public string RunId => Run.RunId;

    /// <summary>The plan's name.</summary>
    [JsonIgnore]
    public string PlanName => Run.PlanName;
}

/// <summary>One array job.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Tasks">Its tasks by array index.</param>
/// <param name="IsExclusive">Its tasks have their node to themselves: time cells.</param>
public sealed record SubmissionStage(string Name, IReadOnlyList<SubmissionTask> Tasks, bool IsExclusive);

/// <summary>One array task: cells that one process carries out one after the other.</summary>
/// <param name="Cells">Their ids.</param>
/// <param name="Seconds">Estimated wall time.</param>
public sealed record SubmissionTask(IReadOnlyList<string> Cells, double Seconds);
