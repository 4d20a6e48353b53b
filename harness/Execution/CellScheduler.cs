using LT2.Eval.Harness.Plans;
using LT2.Eval.Results.Records;

namespace LT2.Eval.Harness.Execution;

/// <summary>
/// Runs cells in order, several side by side where they may be; time cells come last and have the host to themselves.
/// A parent that did not finish makes its children skipped; a cell whose worker process died is given back, and failed when it ends a second one; one that ran out of memory
/// beside others is carried out once more alone, since only that tells whether it fits.
/// </summary>
/// <param name="context">Where results are recorded and shown.</param>
/// <param name="outcomes">Outcomes so far by cell id; grows.</param>
internal sealed class CellScheduler(CellContext context, Dictionary<string, CellOutcome> outcomes) : IDisposable
{
    /// <summary>A cell that ends so many worker processes is recorded as failed.</summary>
    public const int WorkersACellMayEnd = 2;

    private readonly Lock gate = new();
    private readonly Dictionary<string, DeviceMeter> meters = new(StringComparer.Ordinal);
    private readonly Dictionary<string, List<string>> losses = new(StringComparer.Ordinal);
    private readonly HashSet<string> needAll = new(StringComparer.Ordinal);
    private readonly HashSet<string> underWay = new(StringComparer.Ordinal);
    private readonly HashSet<string> besideOthers = new(StringComparer.Ordinal);
    private int carriedOut;
    private int reused;

    /// <summary>Cells carried out by this program.</summary>
    public int CarriedOut => carriedOut;

    /// <summary>Train cells taken over from earlier runs.</summary>
    public int Reused => reused;

    /// <summary>Runs every cell that has no outcome yet.</summary>
    /// <param name="cells">In the order in which they should begin.</param>
    /// <param name="sideBySide">Makes one executor for each cell that may be under way at once.</param>
    /// <param name="alone">Makes the one that carries out time cells.</param>
    /// <param name="cancellation">Stops the run.</param>
    public void Run(IReadOnlyList<CellDefinition> cells, IReadOnlyList<Func<ICellExecutor>> sideBySide, Func<ICellExecutor> alone, CancellationToken cancellation)
    {
        context.Progress.Begin(cells.Count, cells.Count(cell => outcomes.ContainsKey(cell.Id)));
        var open = cells.Where(cell => !outcomes.ContainsKey(cell.Id)).ToList();
        RunSideBySide([.. open.Where(cell => cell.Kind != CellKind.Time)], sideBySide, cancellation);
        RunSideBySide([.. open.Where(cell => cell.Kind == CellKind.Time)], [alone], cancellation);
    }

    /// <inheritdoc />
    public void Dispose()
    {
        foreach (var meter in meters.Values)
        {
            meter.Dispose();
        }
    }

    private void RunSideBySide(List<CellDefinition> cells, IReadOnlyList<Func<ICellExecutor>> executors, CancellationToken cancellation)
    {
        cancellation.ThrowIfCancellationRequested();
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        using var changed = new SemaphoreSlim(0);
        Exception? failure = null;
        var threads = executors.Take(cells.Count).Select((create, index) => new Thread(() =>
        {
            try
            {
                using var executor = create();
                while (Take(cells, out var cell))
                {
                    if (cell is null)
                    {
                        changed.Wait(stop.Token);
                        continue;
                    }

                    CarryOut(cell, executor, cells, stop.Token);
                    changed.Release(executors.Count);
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

    /// <summary>Takes the first cell whose parents have all ended; those that need the device for themselves when nothing else can be taken and nothing is under way.</summary>
    /// <returns>False when no cell is left; true with null when all that are left wait for parents.</returns>
    private bool Take(List<CellDefinition> cells, out CellDefinition? ready)
    {
        lock (gate)
        {
            var any = cells.Count > 0;
            IEnumerable<CellDefinition> open = underWay.Overlaps(needAll) ? [] : cells.Where(cell => cell.Parents.All(parent => outcomes.ContainsKey(parent.Id)));
            ready = open.FirstOrDefault(cell => !needAll.Contains(cell.Id)) ?? (underWay.Count == 0 ? open.FirstOrDefault() : null);
            if (ready is not null)
            {
                cells.Remove(ready);
                underWay.Add(ready.Id);
                if (underWay.Count > 1)
                {
                    besideOthers.UnionWith(underWay);
                }
            }

            return any;
        }
    }

    /// <summary>The cell is no longer under way. Called with the gate held, together with what lets others go on or take it again: whoever takes it next is under way with it.</summary>
    private void Leave(CellDefinition cell)
    {
        underWay.Remove(cell.Id);
        besideOthers.Remove(cell.Id);
    }

    private void CarryOut(CellDefinition cell, ICellExecutor executor, List<CellDefinition> cells, CancellationToken cancellation)
    {
        cancellation.ThrowIfCancellationRequested();
        context.Progress.CellStarted(cell);
        var started = context.Clock.GetUtcNow();
        CellResult result;
        try
        {
            result = Skipped(cell) ?? Reuse(cell) ?? Metered(cell, executor, cancellation);
            if (result.Cell.Outcome == CellOutcome.OutOfMemory && TriesAlone(cell, result.Cell.Reason!, executor, cells))
            {
                return;
            }
        }
        catch (WorkerLostException lost)
        {
            if (GiveBack(cell, lost.Message, cells) is not { } reason)
            {
                return;
            }

            result = CellResults.WithoutRecords(cell, context, CellOutcome.Failed, reason, started);
        }

        context.Store.WriteCell(result);
        executor.Settled(cell);
        lock (gate)
        {
            outcomes[cell.Id] = result.Cell.Outcome;
            Leave(cell);
        }

        Interlocked.Increment(ref carriedOut);
        context.Progress.CellEnded(cell, result.Cell.Outcome, result.Cell.Reason);
    }

    private CellResult Metered(CellDefinition cell, ICellExecutor executor, CancellationToken cancellation)
    {
        DeviceMeter? meter;
        lock (gate)
        {
            if (!meters.TryGetValue(executor.Device, out meter))
            {
                meters[executor.Device] = meter = new DeviceMeter(executor.Device, context.Clock);
            }
        }

        var end = meter.Begin();
        DeviceUse? use = null;
        try
        {
            var result = executor.Attempt(cell, cancellation);
            use = end();
            return result with { Cell = result.Cell with { DeviceUse = use } };
        }
        finally
        {
            if (use is null)
            {
                end(); // a cell that was given back takes nothing more from the others
            }
        }
    }

    /// <summary>Puts a cell that ran out of memory beside others back in line, to be carried out alone; false where it was alone.</summary>
    private bool TriesAlone(CellDefinition cell, string reason, ICellExecutor executor, List<CellDefinition> cells)
    {
        lock (gate)
        {
            if (!besideOthers.Contains(cell.Id))
            {
                return false;
            }
        }

        executor.Settled(cell); // before anybody can take it: a result that lies there counts
        lock (gate)
        {
            needAll.Add(cell.Id);
            Leave(cell);
            cells.Add(cell);
        }

        context.Store.WriteEvent(context.RunId, context.Event(cell.Id, "warning", $"Out of memory beside other cells, tried again alone: {reason}"));
        context.Progress.CellGivenBack(cell, reason);
        return true;
    }

    /// <summary>Puts a cell back in line; null, or why it is given up.</summary>
    private string? GiveBack(CellDefinition cell, string reason, List<CellDefinition> cells)
    {
        lock (gate)
        {
            if (!losses.TryGetValue(cell.Id, out var reasons))
            {
                losses[cell.Id] = reasons = [];
            }

            reasons.Add(reason);
            if (reasons.Count >= WorkersACellMayEnd)
            {
                return $"It ended {reasons.Count} worker processes: {string.Join(" Then: ", reasons)}";
            }

            Leave(cell);
            cells.Insert(0, cell);
        }

        context.Store.WriteEvent(context.RunId, context.Event(cell.Id, "warning", $"Given back: {reason}"));
        context.Progress.CellGivenBack(cell, reason);
        return null;
    }

    private CellResult? Skipped(CellDefinition cell)
    {
        lock (gate)
        {
            return ParentOutcomes.Skipped(cell, context, parent => outcomes[parent.Id]);
        }
    }

    private CellResult? Reuse(CellDefinition cell)
    {
        if (CheckpointReuse.Find(cell, context) is not { } result)
        {
            return null;
        }

        Interlocked.Increment(ref reused);
        Interlocked.Decrement(ref carriedOut);
        return result;
    }
}
