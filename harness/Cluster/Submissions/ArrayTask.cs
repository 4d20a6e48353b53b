using LT2.Eval.Harness.Cluster.Attempts;
using LT2.Eval.Harness.Execution;
using LT2.Eval.Harness.Plans;
using LT2.Eval.Results.Records;
using LT2.Eval.Results.Store;

namespace LT2.Eval.Harness.Cluster.Submissions;

/// <summary>Carries out the cells of one array task. Reads no shared store: parents' results come from their files, the task's own go into files.</summary>
/// <param name="submission">The submission's folder.</param>
/// <param name="attempts">Where results go.</param>
/// <param name="run">The run.</param>
/// <param name="environment">Facts about this machine.</param>
/// <param name="context">What runners may use; its store is this task's own, and holds the run.</param>
/// <param name="runners">Who carries out which kind.</param>
/// <param name="attempt">Names this attempt.</param>
/// <param name="patience">How long a lease's holder may be silent.</param>
internal sealed class ArrayTask(
    SubmissionFolder submission,
    AttemptFolder attempts,
    RunRecord run,
    IReadOnlyList<EnvironmentEntry> environment,
    CellContext context,
    IReadOnlyDictionary<Type, ICellRunner> runners,
    string attempt,
    TimeSpan patience)
{
    private readonly Dictionary<string, CellOutcome> parents = new(StringComparer.Ordinal);

    /// <summary>Carries out what has no result yet.</summary>
    /// <returns>Cells that stay open because a parent has no result.</returns>
    public int Run(IReadOnlyList<CellDefinition> cells, CancellationToken cancellation)
    {
        var open = 0;
        context.Progress.Begin(cells.Count, cells.Count(cell => attempts.ResultsOf(cell.Id).Count > 0));
        foreach (var cell in cells.Where(cell => attempts.ResultsOf(cell.Id).Count == 0))
        {
            cancellation.ThrowIfCancellationRequested();
            if (cell.Parents.FirstOrDefault(parent => !Know(parent)) is { } missing)
            {
                context.Progress.Message($"{cell.Title}: left open, since {missing.Title} has no result.");
                open++;
                continue;
            }

            context.Progress.CellStarted(cell);
            CarryOut(cell, cancellation);
        }

        return open;
    }

    private void CarryOut(CellDefinition cell, CancellationToken cancellation)
    {
        try
        {
            var file = new CellAttempt(run, environment, context, runners, attempts, attempt, patience).CarryOut(cell, () => Instead(cell), cancellation);
            attempts.NoteEnd(cell.Id, attempt);
            var result = CellFile.Read(file).Result.Cell;
            context.Progress.CellEnded(cell, result.Outcome, result.Reason);
        }
        catch (OperationCanceledException)
        {
            attempts.NoteEnd(cell.Id, attempt);
            throw;
        }
        catch (LeaseLostException lost)
        {
            attempts.NoteEnd(cell.Id, attempt);
            context.Progress.Message($"{cell.Title}: {lost.Message}");
        }
    }

    /// <summary>Called with the lease in hand: the result of a cell that must not run, or null after noting that it begins.</summary>
    private CellResult? Instead(CellDefinition cell)
    {
        if (ParentOutcomes.Skipped(cell, context, parent => parents[parent.Id]) is { } skipped)
        {
            return skipped;
        }

        var lost = attempts.LostAttempts(cell.Id, attempt);
        if (lost.Count >= CellScheduler.WorkersACellMayEnd)
        {
            attempts.ForgetStarts(cell.Id); // a later submission tries again
            return CellResults.WithoutRecords(
                cell, context, CellOutcome.Failed, $"It ended {lost.Count} worker processes: {string.Join("; ", lost)}. The job's log may say why.", context.Clock.GetUtcNow());
        }

        attempts.NoteStart(cell.Id, attempt);
        return null;
    }

    /// <summary>Brings a parent's records into this task's store; false while it has none.</summary>
    private bool Know(CellDefinition parent)
    {
        if (parents.ContainsKey(parent.Id))
        {
            return true;
        }

        var before = submission.ParentPath(parent.Id);
        var results = (File.Exists(before) ? [before] : attempts.ResultsOf(parent.Id)).Select(path => CellFile.Read(path).Result).ToList();
        if (results.Count == 0)
        {
            return false;
        }

        var best = results.FirstOrDefault(result => result.Cell.Outcome == CellOutcome.Finished) ?? results[0];
        context.Store.WriteCell(best with { Cell = best.Cell with { RunId = run.RunId }, Metrics = [.. best.Metrics.Select(metric => metric with { RunId = run.RunId })] });
        parents[parent.Id] = best.Cell.Outcome;
        return true;
    }
}
