using LT2.Eval.Results.Claims;
using LT2.Eval.Results.Gating;
using LT2.Eval.Results.Records;
using LT2.Eval.Results.Store;

namespace LT2.Eval.Reports.Input;

/// <summary>Reads from a store what a report needs.</summary>
public static class ReportInputLoader
{
    /// <summary>Reads it.</summary>
    /// <param name="store">The store.</param>
    /// <param name="options">Which run, which reference, how much history.</param>
    /// <exception cref="ReportException">The store has no run, or none of the given id.</exception>
    public static ReportInput Load(ResultStore store, ReportOptions options)
    {
        var runs = store.Runs();
        var run = Choose(store, runs, options.RunId ?? options.Gate?.CandidateRunId);
        var pins = PinsOf(options);
        var referenceRun = ReferenceOf(store, runs, run, options, pins);
        var reference = referenceRun is null ? null : RunDataLoader.Load(store, referenceRun);
        var comparison = options.Gate?.Comparison
            ?? (referenceRun is null ? null : RunComparison.Compare(new ComparisonSide(store, referenceRun.RunId), new ComparisonSide(store, run.RunId)));
        RunRecord[] history = [.. runs.Where(other => other.StartedUtc <= run.StartedUtc).TakeLast(options.HistoryRuns)];
        var data = RunDataLoader.Load(store, run);
        return new ReportInput(
            data, reference, comparison, options.Gate, HistoryLoader.Load(store, data, history),
            [.. pins.Select(pin => new PinMark(pin.RunId, pin.PinnedUtc, pin.PinnedBy, pin.Reason))], HistoryLoader.EnvironmentChanges(store, history))
        {
            Claims = ClaimEvaluation.Judge(options.Claims, data.Metrics, data.Cells, data.TimingBlocks),
        };
    }

    // A run that was named, else the gate's pin, else the pin of the run's plan; a pin whose run was pruned from the store is no reference.
    private static RunRecord? ReferenceOf(ResultStore store, IReadOnlyList<RunRecord> runs, RunRecord run, ReportOptions options, IReadOnlyList<PinFile> pins)
    {
        if (options.ReferenceRunId is { } id)
        {
            var named = Choose(store, runs, id);
            return named.RunId == run.RunId ? throw new ReportException($"Run {id} cannot be compared with itself. Name another run as the reference.") : named;
        }
        var pin = options.Gate?.Pin ?? pins.FirstOrDefault(pin => pin.PlanName == run.PlanName);
        return pin is null || pin.RunId == run.RunId ? null : runs.FirstOrDefault(other => other.RunId == pin.RunId);
    }

    private static IReadOnlyList<PinFile> PinsOf(ReportOptions options) => options.PinFolder is { } folder && Directory.Exists(folder)
        ? [.. Directory.EnumerateFiles(folder, "*.json").Order(StringComparer.Ordinal).Select(PinFile.Read).OrderBy(pin => pin.PinnedUtc)]
        : options.Gate is { } gate ? [gate.Pin] : [];

    private static RunRecord Choose(ResultStore store, IReadOnlyList<RunRecord> runs, string? id)
    {
        if (runs.Count == 0)
        {
            throw new ReportException($"The store {store.Path} holds no runs yet. Carry out a plan first, for example 'lt2 run quick'.");
        }
        return id is null
            ? runs[^1]
            : runs.FirstOrDefault(run => run.RunId == id)
                ?? throw new ReportException($"The store {store.Path} holds no run '{id}'. Its newest runs are {string.Join(", ", runs.TakeLast(5).Select(run => run.RunId))}.");
    }
}
