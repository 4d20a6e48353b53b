using LT2.Eval.Harness.Plans;
using LT2.Eval.Harness.Provenance;
using LT2.Eval.Models.Definitions;
using LT2.Eval.Models.Runtime;
using LT2.Eval.Results.Records;
using LT2.Eval.Results.Store;
using LT2.Eval.Tasks.Contracts;

namespace LT2.Eval.Harness.Execution;

/// <summary>Carries out a plan: continues or starts a run, schedules its cells, records each in one transaction.</summary>
/// <param name="variants">Known variants.</param>
/// <param name="suites">Known suites.</param>
/// <param name="data">Where data sets lie.</param>
/// <param name="clock">Source of time.</param>
/// <param name="progress">Shown to the person.</param>
/// <param name="runners">Who carries out which kind of cell.</param>
public sealed class RunEngine(
    VariantCatalogue variants,
    IReadOnlyList<ISuite> suites,
    IDataLocator data,
    TimeProvider clock,
    IRunProgress progress,
    IReadOnlyDictionary<Type, ICellRunner> runners)
{
    /// <summary>Carries out the cells of a plan.</summary>
    /// <exception cref="OperationCanceledException">The user stopped; the run is marked interrupted and can be continued.</exception>
    public RunSummary Run(PlanDefinition plan, IReadOnlyList<CellDefinition> cells, RunOptions options, CancellationToken cancellation)
    {
        var device = ComputeDevice.Resolve(options.DeviceName);
        var workers = options.WorkerCount ?? (device.IsCuda ? 1 : Math.Max(1, Environment.ProcessorCount));
        var threads = plan.ThreadCount ?? (workers > 1 ? 1 : Environment.ProcessorCount);
        TorchRuntime.SetThreads(threads);
        Dtypes.Use(plan.Dtype, device);
        using var folder = RunFolder.Open(options.OutputRoot);
        using var store = ResultStore.Open(folder.StorePath, StoreAccess.ReadWrite);
        var (run, continued) = Begin(store, plan, options, device);
        store.WriteEnvironment(run.RunId, EnvironmentBlock.Collect(device, plan.Dtype, threads, workers));
        var context = new CellContext(run.RunId, store, folder.CheckpointRoot, device, options.DeviceName, plan.ThreadCount, variants, suites, data, clock, progress);

        // Failed and skipped cells are tried again; divergence, out of memory and missing support are findings and stay.
        var outcomes = store.Cells(run.RunId)
            .Where(cell => cell.Outcome is not (CellOutcome.Failed or CellOutcome.Skipped))
            .ToDictionary(cell => cell.CellId, cell => cell.Outcome, StringComparer.Ordinal);
        progress.Message($"{(continued ? "Continuing" : "Starting")} run {run.RunId}: {cells.Count} cells, {cells.Count(cell => outcomes.ContainsKey(cell.Id))} already done, on {device.Name}, {workers} at a time with {threads} thread(s) each.");
        var scheduler = new CellScheduler(context, runners, outcomes);
        try
        {
            scheduler.Run(cells, workers, cancellation);
        }
        catch (OperationCanceledException)
        {
            store.UpdateRunStatus(run.RunId, RunStatus.Interrupted, clock.GetUtcNow());
            throw;
        }
        catch
        {
            store.UpdateRunStatus(run.RunId, RunStatus.Failed, clock.GetUtcNow());
            throw;
        }

        store.UpdateRunStatus(run.RunId, RunStatus.Completed, clock.GetUtcNow());
        return new RunSummary(
            run.RunId,
            continued,
            cells.Count,
            scheduler.CarriedOut,
            scheduler.Reused,
            outcomes.Values.GroupBy(outcome => outcome).ToDictionary(group => group.Key, group => group.Count()));
    }

    private (RunRecord Run, bool Continued) Begin(ResultStore store, PlanDefinition plan, RunOptions options, ComputeDevice device)
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

            if (named.BuildId != build.BuildId)
            {
                store.WriteEvent(wanted, new EventRecord(clock.GetUtcNow(), null, "warning", $"Continued by build {build.BuildId}; it was begun by build {named.BuildId}."));
            }

            store.UpdateRunStatus(wanted, RunStatus.Running, null);
            return (named, true);
        }

        if (!options.StartNew && store.FindUnfinishedRun(planHash, build.BuildId) is { } unfinished)
        {
            store.UpdateRunStatus(unfinished.RunId, RunStatus.Running, null);
            store.WriteEvent(unfinished.RunId, new EventRecord(clock.GetUtcNow(), null, "info", "Continued."));
            return (unfinished, true);
        }

        var now = clock.GetUtcNow();
        var id = $"{now:yyyyMMdd'T'HHmmss'Z'}-{StableHash.Short($"{planHash}{build.BuildId}{now:O}{Environment.ProcessId}")[..6]}";
        var record = new RunRecord(
            id, plan.Name, planHash, plan.Text, build.BuildId, build.Commit, build.IsDirty, now, null, RunStatus.Running, HostClassName.Of(device), options.CommandLine);
        store.CreateRun(record);
        return (record, false);
    }
}
