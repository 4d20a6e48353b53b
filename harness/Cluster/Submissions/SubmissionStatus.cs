using LT2.Eval.Harness.Cluster.Attempts;
using LT2.Eval.Results.Records;
using LT2.Eval.Results.Store;

namespace LT2.Eval.Harness.Cluster.Submissions;

/// <summary>How a submission goes.</summary>
/// <param name="RunId">The run.</param>
/// <param name="PlanName">The plan.</param>
/// <param name="State"><c>under way</c>, <c>collected</c>, <c>not submitted</c> where Slurm took no job, or <c>stopped</c> when Slurm knows none of its jobs any more and nothing was collected.</param>
/// <param name="Stages">Its array jobs, and the one that collects.</param>
public sealed record SubmissionStatus(string RunId, string PlanName, string State, IReadOnlyList<StageStatus> Stages)
{
    /// <summary>Reads it from files, the store, and Slurm where it can be asked.</summary>
    public static SubmissionStatus Read(SubmissionFolder folder, string runsRoot, ResultStore store)
    {
        var submission = folder.Read();
        var jobs = folder.Jobs();
        var states = Slurm.States(jobs.Values);
        var attempts = new AttemptFolder(runsRoot, folder.RunId);
        var outcomes = store.Cells(folder.RunId).ToDictionary(cell => cell.CellId, cell => cell.Outcome, StringComparer.Ordinal);
        foreach (var result in attempts.Results().Select(path => CellFile.Read(path).Result.Cell))
        {
            outcomes.TryAdd(result.CellId, result.Outcome);
        }

        var stages = submission.Stages.Select(stage =>
        {
            var cells = stage.Tasks.SelectMany(task => task.Cells).ToList();
            var known = cells.Where(outcomes.ContainsKey).Select(cell => outcomes[cell]).ToList();
            var other = known.Where(outcome => outcome != CellOutcome.Finished).GroupBy(outcome => outcome).Select(group => $"{group.Count()} {group.Key.ToString().ToLowerInvariant()}");
            return new StageStatus(
                stage.Name, jobs.GetValueOrDefault(stage.Name), stage.Tasks.Count, Words(states, jobs.GetValueOrDefault(stage.Name)), cells.Count,
                known.Count(outcome => outcome == CellOutcome.Finished), string.Join(", ", other), cells.Sum(cell => attempts.LostAttempts(cell, "").Count));
        }).ToList();
        stages.Add(new StageStatus(JobScripts.Collect, jobs.GetValueOrDefault(JobScripts.Collect), 1, Words(states, jobs.GetValueOrDefault(JobScripts.Collect)), 0, 0, "", 0));
        var state = !folder.IsOpen ? (jobs.Count == 0 ? "not submitted" : "collected") : states is { Count: 0 } ? "stopped: no job of it is left; lt2 collect --final takes what there is" : "under way";
        return new SubmissionStatus(submission.RunId, submission.PlanName, state, stages);
    }

    private static string Words(IReadOnlyList<(string Job, string State)>? states, string? job) => states is null
        ? "cannot be asked"
        : string.Join(", ", states.Where(item => item.Job == job).GroupBy(item => item.State).Select(group => $"{group.Count()} {group.Key.ToLowerInvariant()}")) is { Length: > 0 } words ? words : "ended";
}

/// <summary>How one of its jobs goes.</summary>
/// <param name="Name">The job.</param>
/// <param name="Job">Slurm's id; null before it was submitted.</param>
/// <param name="TaskCount">Array tasks.</param>
/// <param name="Slurm">Tasks by Slurm's state.</param>
/// <param name="CellCount">Cells.</param>
/// <param name="FinishedCount">Cells with all their records.</param>
/// <param name="OtherOutcomes">Cells that ended otherwise.</param>
/// <param name="BegunWithoutResult">Attempts that began and have left neither a result nor a word: under way, or lost with their node.</param>
public sealed record StageStatus(
    string Name, string? Job, int TaskCount, string Slurm, int CellCount, int FinishedCount, string OtherOutcomes, int BegunWithoutResult);
