using LT2.Eval.Results.Records;

namespace LT2.Eval.Results.Store;

/// <summary>Joins stores of several machines: runs by id, cells by (run, cell id). Doing it twice changes nothing more.</summary>
public static class StoreMerge
{
    /// <summary>Copies into <paramref name="target"/> what it lacks of <paramref name="source"/>; a kill in between loses only what comes after.</summary>
    public static MergeReport Merge(ResultStore target, ResultStore source)
    {
        var known = target.Runs().ToDictionary(run => run.RunId, StringComparer.Ordinal);
        var (runsAdded, cellsAdded, cellsKept, cellsCompleted) = (0, 0, 0, 0);
        var conflicts = new List<string>();
        foreach (var run in source.Runs())
        {
            if (known.TryGetValue(run.RunId, out var present))
            {
                CheckSameRun(target, source, present, run);
            }
            else
            {
                target.CreateRun(run);
                runsAdded++;
            }
            MergeEnvironment(target, source, run.RunId);
            var (added, kept, completed) = MergeCells(target, source, run.RunId, conflicts);
            (cellsAdded, cellsKept, cellsCompleted) = (cellsAdded + added, cellsKept + kept, cellsCompleted + completed);
            var events = target.Events(run.RunId).ToHashSet();
            foreach (var record in source.Events(run.RunId).Where(record => !events.Contains(record)))
                target.WriteEvent(run.RunId, record);
            MergeStatus(target, present, run);
        }
        return new(runsAdded, cellsAdded, cellsKept, conflicts, cellsCompleted);
    }

    private static (int Added, int Kept, int Completed) MergeCells(ResultStore target, ResultStore source, string runId, List<string> conflicts)
    {
        var present = target.Cells(runId).ToDictionary(cell => cell.CellId, StringComparer.Ordinal);
        var (added, kept, completed) = (0, 0, 0);
        foreach (var cell in source.Cells(runId))
        {
            if (present.TryGetValue(cell.CellId, out var old) && (old.Outcome == CellOutcome.Finished || cell.Outcome != CellOutcome.Finished))
            {
                var isFinished = cell.Outcome == CellOutcome.Finished;
                var isSame = isFinished && SameMetrics(target, source, runId, cell.CellId);
                kept++;
                if (isFinished && !isSame)
                    conflicts.Add($"{runId}/{cell.CellId} ({cell.Title})");
                else if (isSame)
                    completed += Complete(target, source, runId, cell.CellId) ? 1 : 0;
                continue;
            }
            // Events are merged for the run as a whole.
            target.WriteCell(source.CellResult(runId, cell.CellId) with { Events = [] });
            added++;
        }
        return (added, kept, completed);
    }

    // An archive leaves samples out to be small; the run's own store brings them.
    private static bool Complete(ResultStore target, ResultStore source, string runId, string cellId)
    {
        var (here, there) = (target.SampleCounts(runId, cellId), source.SampleCounts(runId, cellId));
        var isMore = there.Samples >= here.Samples && there.Responses >= here.Responses && there != here;
        if (isMore)
            target.ReplaceSamples(runId, cellId, source.Samples(runId, cellId), source.Responses(runId, cellId));
        return isMore;
    }

    private static bool SameMetrics(ResultStore target, ResultStore source, string runId, string cellId)
    {
        var filter = new MetricFilter(RunId: runId, CellId: cellId);
        return target.Metrics(filter).SequenceEqual(source.Metrics(filter));
    }

    // Machines of one run differ in facts such as the host's name: the target's facts stay, the others are added, and what parts may differ in is kept together.
    private static void MergeEnvironment(ResultStore target, ResultStore source, string runId)
    {
        var present = target.Environment(runId).Select(entry => entry.Name).ToHashSet(StringComparer.Ordinal);
        target.WriteEnvironment(runId, [.. source.Environment(runId).Where(entry => entry.IsOfPart || !present.Contains(entry.Name))]);
    }

    private static void MergeStatus(ResultStore target, RunRecord? present, RunRecord run)
    {
        if (present is { Status: not RunStatus.Completed } && run.Status == RunStatus.Completed)
            target.UpdateRunStatus(run.RunId, run.Status, run.FinishedUtc);
    }

    private static void CheckSameRun(ResultStore target, ResultStore source, RunRecord present, RunRecord run)
    {
        if ((present.PlanHash, present.BuildId) == (run.PlanHash, run.BuildId))
            return;
        throw new ResultsException(
            ResultsProblem.RecordsInconsistent,
            $"Run '{run.RunId}' is another one in {source.Path} (plan {run.PlanHash}, build {run.BuildId}) than in {target.Path} "
            + $"(plan {present.PlanHash}, build {present.BuildId}). Nothing of it was merged: keep the two stores apart.");
    }
}
