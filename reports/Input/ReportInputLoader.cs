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
        var run = Choose(store, runs, options.RunId);
        var reference = ReferenceOf(store, runs, run, options);
        RunRecord[] history = [.. runs.Where(other => other.StartedUtc <= run.StartedUtc).TakeLast(options.HistoryRuns)];
        var data = RunDataLoader.Load(store, run);
        return new ReportInput(data, reference, HistoryLoader.Load(store, data, history), [], HistoryLoader.EnvironmentChanges(store, history));
    }

    private static RunData? ReferenceOf(ResultStore store, IReadOnlyList<RunRecord> runs, RunRecord run, ReportOptions options)
    {
        if (options.ReferenceRunId is not { } id)
        {
            return null;
        }
        var reference = Choose(store, runs, id);
        return reference.RunId == run.RunId
            ? throw new ReportException($"Run {id} cannot be compared with itself. Name another run as the reference.")
            : RunDataLoader.Load(store, reference);
    }

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
