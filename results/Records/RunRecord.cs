namespace LT2.Eval.Results.Records;

/// <summary>State of a run.</summary>
public enum RunStatus
{
    /// <summary>Being carried out, or killed and not yet continued.</summary>
    Running,

    /// <summary>Every cell has an outcome.</summary>
    Completed,

    /// <summary>Stopped by the user; can be continued.</summary>
    Interrupted,

    /// <summary>Stopped by an error of the run itself, such as a broken device.</summary>
    Failed,
}

/// <summary>One carrying-out of a plan: (plan, build, start time).</summary>
/// <param name="RunId">Sortable unique id: UTC start time and a short hash.</param>
/// <param name="PlanName">Name of the plan.</param>
/// <param name="PlanHash">SHA-256 of the resolved plan.</param>
/// <param name="PlanText">The plan as it was read.</param>
/// <param name="BuildId">Identifies the program build: commit and dirty digest, or the assembly's hash.</param>
/// <param name="Commit">Git commit of the build; null when unknown.</param>
/// <param name="IsDirty">The build's tree had uncommitted changes; null when unknown.</param>
/// <param name="StartedUtc">Start.</param>
/// <param name="FinishedUtc">End; null while running.</param>
/// <param name="Status">State.</param>
/// <param name="HostClass">Coarse host class: GPU model and count, or CPU model and thread count.</param>
/// <param name="CommandLine">What was typed.</param>
public sealed record RunRecord(
    string RunId,
    string PlanName,
    string PlanHash,
    string PlanText,
    string BuildId,
    string? Commit,
    bool? IsDirty,
    DateTimeOffset StartedUtc,
    DateTimeOffset? FinishedUtc,
    RunStatus Status,
    string HostClass,
    string CommandLine);
