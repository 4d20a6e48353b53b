using System.Globalization;
using LT2.Eval.Harness.Cluster.Attempts;
using LT2.Eval.Harness.Cluster.Estimates;
using LT2.Eval.Harness.Cluster.Workers;
using LT2.Eval.Harness.Plans;
using LT2.Eval.Harness.Provenance;
using LT2.Eval.Models.Runtime;
using LT2.Eval.Results.Records;
using LT2.Eval.Results.Store;

namespace LT2.Eval.Harness.Execution;

/// <summary>Carries out a plan: continues or starts a run, schedules its cells, records each in one transaction.</summary>
/// <param name="session">The plan and everything its names mean.</param>
/// <param name="clock">Source of time.</param>
/// <param name="progress">Shown to the person.</param>
public sealed class RunEngine(PlanSession session, TimeProvider clock, IRunProgress progress)
{
    /// <summary>Carries out the cells of the plan.</summary>
    /// <exception cref="OperationCanceledException">The user stopped; the run is marked interrupted and can be continued.</exception>
    public RunSummary Run(RunOptions options, CancellationToken cancellation)
    {
        var plan = session.Plan;
        var all = session.Cells();
        var cells = options.Parts is { } parts ? session.Cells(parts) : all;
        var devices = options.Devices is { } named ? DeviceList.Resolve(named, options.WorkerCount ?? 1) : null;
        var deviceName = devices?[0] ?? options.DeviceName; // time cells run on the first
        var device = ComputeDevice.Resolve(deviceName);
        var workers = devices?.Count ?? options.WorkerCount ?? (device.IsCuda ? 1 : Math.Max(1, Environment.ProcessorCount));
        var threads = plan.ThreadCount ?? (workers == 1 ? Environment.ProcessorCount : device.IsCuda ? Math.Max(1, Environment.ProcessorCount / workers) : 1);
        TorchRuntime.SetThreads(threads);
        Dtypes.Use(plan.Dtype, device);
        using var folder = RunFolder.Open(options.OutputRoot);
        using var store = ResultStore.Open(folder.StorePath, StoreAccess.ReadWrite);
        var (run, continued) = RunRegistration.Begin(store, folder.Root, plan, options, HostClassName.Of(device), clock);
        var context = session.Context(run.RunId, store, folder.CheckpointRoot, device, deviceName, clock, progress);
        var attempts = new AttemptFolder(folder.Root, run.RunId);
        AttemptMerge.Merge(store, run.RunId, attempts, folder.CheckpointRoot, clock); // what workers finished when an earlier program was killed

        var outcomes = RunRegistration.Outcomes(store, run.RunId);
        if (all.Any(cell => !outcomes.ContainsKey(cell.Id)))
        {
            // Where a merged run is only marked complete, nothing of it is made by this build on this host.
            RunRegistration.NoteOtherBuild(store, run, clock);
            store.WriteEnvironment(run.RunId, EnvironmentBlock.Collect(device, plan.Dtype, threads, workers));
        }

        progress.Message($"{(continued ? "Continuing" : "Starting")} run {run.RunId}: {cells.Count} cells, {cells.Count(cell => outcomes.ContainsKey(cell.Id))} already done, on {(devices is null ? device.Name : string.Join(", ", devices.Distinct()))}, {workers} at a time with {threads} thread(s) each.");
        using var scheduler = new CellScheduler(context, outcomes);
        var runners = session.Runners();
        ICellExecutor InProcess() => new InProcessExecutor(context, runners);
        ICellExecutor SideBySide() => new InProcessExecutor(context, runners, ownStream: workers > 1);
        string[] arguments = ["--out", options.OutputRoot, "--run", run.RunId, "--threads", threads.ToString(CultureInfo.InvariantCulture),
            .. options.DataFolder is { } data ? new[] { "--data", data } : [], .. session.PluginPaths.SelectMany(path => new[] { "--plugin", path })];
        IReadOnlyList<Func<ICellExecutor>> executors = devices is null
            ? [.. Enumerable.Repeat(SideBySide, workers)]
            : [.. devices.Select<string, Func<ICellExecutor>>(worker => () => new WorkerExecutor(worker, arguments, progress))];
        if (devices is not null)
        {
            cells = CellOrder.LongestFirst(cells, CellTimes.Of(store));
        }

        if (!continued && PlanChange.Describe(store, run, all) is { } change)
        {
            progress.Message(change);
            store.WriteEvent(run.RunId, new EventRecord(clock.GetUtcNow(), null, "info", change));
        }

        try
        {
            scheduler.Run(cells, executors, InProcess, cancellation);
            attempts.Delete();
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

        var left = all.Count(cell => !outcomes.ContainsKey(cell.Id));
        var ended = scheduler.CarriedOut + scheduler.Reused > 0 ? clock.GetUtcNow() : store.Cells(run.RunId).Select(cell => (DateTimeOffset?)cell.EndedUtc).Max() ?? clock.GetUtcNow();
        store.UpdateRunStatus(run.RunId, left == 0 ? RunStatus.Completed : RunStatus.Interrupted, ended);
        return new RunSummary(
            run.RunId,
            continued,
            all.Count,
            scheduler.CarriedOut,
            scheduler.Reused,
            outcomes.Values.GroupBy(outcome => outcome).ToDictionary(group => group.Key, group => group.Count()))
        {
            LeftForLater = left,
        };
    }
}
