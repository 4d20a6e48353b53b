using LT2.Eval.Harness.Plans;
using LT2.Eval.Results.Records;
using LT2.Eval.Tasks.Contracts;

namespace LT2.Eval.Harness.Execution;

/// <summary>
/// Runs cells in order, several side by side where they may be; time cells come last and have the host to themselves.
/// A parent that did not finish makes its children skipped.
/// </summary>
/// <param name="context">What runners may use.</param>
/// <param name="runners">Who carries out which kind.</param>
/// <param name="outcomes">Outcomes so far by cell id; grows.</param>
internal sealed class CellScheduler(CellContext context, IReadOnlyDictionary<Type, ICellRunner> runners, Dictionary<string, CellOutcome> outcomes)
{
    private readonly Lock gate = new();
    private int carriedOut;
    private int reused;

    /// <summary>Cells carried out by this program.</summary>
    public int CarriedOut => carriedOut;

    /// <summary>Train cells taken over from earlier runs.</summary>
    public int Reused => reused;

    /// <summary>Runs every cell that has no outcome yet.</summary>
    public void Run(IReadOnlyList<CellDefinition> cells, int workers, CancellationToken cancellation)
    {
        context.Progress.Begin(cells.Count, cells.Count(cell => outcomes.ContainsKey(cell.Id)));
        var open = cells.Where(cell => !outcomes.ContainsKey(cell.Id)).ToList();
        RunSideBySide([.. open.Where(cell => cell.Kind != CellKind.Time)], workers, cancellation);
        foreach (var cell in open.Where(cell => cell.Kind == CellKind.Time))
        {
            cancellation.ThrowIfCancellationRequested();
            CarryOut(cell, cancellation);
        }
    }

    private void RunSideBySide(List<CellDefinition> cells, int workers, CancellationToken cancellation)
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        using var changed = new SemaphoreSlim(0);
        Exception? failure = null;
        var threads = Enumerable.Range(0, Math.Min(workers, cells.Count)).Select(index => new Thread(() =>
        {
            try
            {
                while (Take(cells, out var cell))
                {
                    if (cell is null)
                    {
                        changed.Wait(stop.Token);
                        continue;
                    }

                    CarryOut(cell, stop.Token);
                    changed.Release(workers);
                }
            }
            catch (Exception error)
            {
                lock (gate)
                {
                    // The first failure is the cause; the others only noticed that the run stops.
                    failure ??= error;
                }

                stop.Cancel();
            }
        }) { Name = $"cell worker {index}" }).ToList();
        threads.ForEach(thread => thread.Start());
        threads.ForEach(thread => thread.Join());
        if (failure is not null)
        {
            System.Runtime.ExceptionServices.ExceptionDispatchInfo.Throw(failure);
        }
    }

    /// <summary>Takes the first cell whose parents have all ended.</summary>
    /// <returns>False when no cell is left; true with null when all that are left wait for parents.</returns>
    private bool Take(List<CellDefinition> cells, out CellDefinition? ready)
    {
        lock (gate)
        {
            ready = cells.FirstOrDefault(cell => cell.Parents.All(parent => outcomes.ContainsKey(parent.Id)));
            var any = cells.Count > 0;
            if (ready is not null)
            {
                cells.Remove(ready);
            }

            return any;
        }
    }

    private void CarryOut(CellDefinition cell, CancellationToken cancellation)
    {
        cancellation.ThrowIfCancellationRequested();
        context.Progress.CellStarted(cell);
        var result = Skipped(cell) ?? Reuse(cell) ?? Attempt(cell, cancellation);
        context.Store.WriteCell(result);
        lock (gate)
        {
            outcomes[cell.Id] = result.Cell.Outcome;
        }

        Interlocked.Increment(ref carriedOut);
        context.Progress.CellEnded(cell, result.Cell.Outcome, result.Cell.Reason);
    }

    private CellResult? Skipped(CellDefinition cell)
    {
        lock (gate)
        {
            // With a learning-rate sweep one finished candidate is enough.
            if (cell.Parents.Count == 0 || cell.Parents.Any(parent => outcomes[parent.Id] == CellOutcome.Finished))
            {
                return null;
            }
        }

        var reason = string.Join("; ", cell.Parents.Select(parent => $"{parent.Title}: {outcomes[parent.Id]}"));
        return CellResults.WithoutRecords(cell, context, CellOutcome.Skipped, $"No parent finished ({reason}).", context.Clock.GetUtcNow());
    }

    private CellResult? Reuse(CellDefinition cell)
    {
        if (cell.Kind is not (CellKind.Train or CellKind.Convert) || context.Store.FindFinishedTrainCell(cell.Id) is not { CheckpointHash: { } hash } earlier)
        {
            return null;
        }

        var folder = context.CheckpointFolder(cell.Id);
        if (!Directory.Exists(folder) || Models.Checkpoints.CheckpointFolder.ReadMetadata(folder).Hashes["weights"] != hash)
        {
            return null;
        }

        var source = earlier.ReusedFromRunId ?? earlier.RunId;
        Interlocked.Increment(ref reused);
        Interlocked.Decrement(ref carriedOut);
        return new CellResult(
            earlier with { RunId = context.RunId, ReusedFromRunId = source },
            [.. context.Store.Metrics(earlier.RunId).Where(metric => metric.CellId == cell.Id).Select(metric => metric with { RunId = context.RunId })],
            [],
            [],
            [.. context.Store.TrainingPoints(earlier.RunId, cell.Id)],
            [context.Event(cell.Id, "info", $"Checkpoint reused from run {source}.")]);
    }

    private CellResult Attempt(CellDefinition cell, CancellationToken cancellation)
    {
        var started = context.Clock.GetUtcNow();
        try
        {
            return runners[cell.GetType()].Run(cell, context, cancellation);
        }
        catch (Exception error) when (Models.Runtime.OutOfMemory.Is(error))
        {
            return CellResults.WithoutRecords(cell, context, CellOutcome.OutOfMemory, error.Message.Split('\n')[0], started);
        }
        catch (NotSupportedException error)
        {
            return CellResults.WithoutRecords(cell, context, CellOutcome.Unsupported, error.Message, started);
        }
        catch (Exception error) when (error is not OperationCanceledException and not Results.Records.ResultsException)
        {
            return CellResults.WithoutRecords(cell, context, CellOutcome.Failed, error is TaskException or Models.ModelException ? error.Message : error.ToString(), started);
        }
    }
}
