using LT2.Eval.Harness.Cluster.Submissions;
using LT2.Eval.Harness.Plans;
using LT2.Eval.Harness.Provenance;
using LT2.Eval.Results.Records;
using LT2.Eval.Results.Store;

namespace LT2.Eval.Harness.Execution;

/// <summary>Finds the run that a command continues, or begins a new one.</summary>
internal static class RunRegistration
{
    /// <summary>The run named by the options, else the newest unfinished run of this plan and build, else a new one.</summary>
    /// <param name="store">The store.</param>
    /// <param name="runsRoot">The runs folder; a run that is with Slurm is not continued beside it.</param>
    /// <param name="plan">The plan.</param>
    /// <param name="options">What the user asked for.</param>
    /// <param name="hostClass">Where a new run will be carried out.</param>
    /// <param name="clock">Source of time.</param>
    /// <exception cref="PlanException">The named run is not there, is of another plan, or is with Slurm.</exception>
    public static (RunRecord Run, bool Continued) Begin(ResultStore store, string runsRoot, PlanDefinition plan, RunOptions options, string hostClass, TimeProvider clock)
    {
        var build = BuildIdentity.Current;
        var planHash = StableHash.Full(plan.Text);
        if (options.RunId is { } wanted)
        {
            var named = store.Runs().FirstOrDefault(run => run.RunId == wanted)
                ?? throw new PlanException($"There is no run '{wanted}' in this store. {NearestName.Hint(wanted, [.. store.Runs().Select(run => run.RunId)])}");
            if (named.PlanHash != planHash)
            {
                throw new PlanException($"Run '{wanted}' was made of another text of plan '{named.PlanName}'. Start a new run with --new.");
            }

            return (Continue(store, runsRoot, named, options, clock), true);
        }

        if (!options.StartNew && store.FindUnfinishedRun(planHash, build.BuildId) is { } unfinished)
        {
            return (Continue(store, runsRoot, unfinished, options, clock), true);
        }

        var now = clock.GetUtcNow();
        var id = $"{now:yyyyMMdd'T'HHmmss'Z'}-{StableHash.Short($"{planHash}{build.BuildId}{now:O}{Environment.ProcessId}")[..6]}";
        var record = new RunRecord(
            id, plan.Name, planHash, plan.Text, build.BuildId, build.Commit, build.IsDirty, now, null, RunStatus.Running, hostClass, options.CommandLine);
        store.CreateRun(record);
        return (record, false);
    }

    /// <summary>Warns in the run's events where another build began it.</summary>
    public static void NoteOtherBuild(ResultStore store, RunRecord run, TimeProvider clock)
    {
        if (BuildIdentity.Current.BuildId is var build && run.BuildId != build)
        {
            store.WriteEvent(run.RunId, new EventRecord(clock.GetUtcNow(), null, "warning", $"Continued by build {build}; it was begun by build {run.BuildId}."));
        }
    }

    /// <summary>Failed and skipped cells are tried again; divergence, out of memory and missing support are findings and stay.</summary>
    public static Dictionary<string, CellOutcome> Outcomes(ResultStore store, string runId) => store.Cells(runId)
        .Where(cell => cell.Outcome is not (CellOutcome.Failed or CellOutcome.Skipped))
        .ToDictionary(cell => cell.CellId, cell => cell.Outcome, StringComparer.Ordinal);

    private static RunRecord Continue(ResultStore store, string runsRoot, RunRecord run, RunOptions options, TimeProvider clock)
    {
        RefuseSubmitted(runsRoot, run.RunId);
        store.UpdateRunStatus(run.RunId, RunStatus.Running, null);
        store.WriteEvent(run.RunId, ContinuedRun.Event(clock.GetUtcNow(), options.CommandLine));
        return run;
    }

    private static void RefuseSubmitted(string runsRoot, string runId)
    {
        if (new SubmissionFolder(runsRoot, runId).IsOpen)
        {
            throw new PlanException($"Run {runId} is with Slurm (lt2 status). Wait for it; or cancel its jobs, then lt2 collect {runId} --final; or start another run with --new.");
        }
    }
}
