using LT2.Eval.Models;
using LT2.Eval.Models.Checkpoints;
using LT2.Eval.Results.Records;
using LT2.Eval.Results.Store;

namespace LT2.Eval.Harness.Cluster.Attempts;

/// <summary>Brings results of attempts into the store: each cell once, whatever an orphaned first attempt and its repeat both left.</summary>
public static class AttemptMerge
{
    /// <summary>Merges every complete result of a run; doing it again changes nothing.</summary>
    /// <param name="store">The store that has the run.</param>
    /// <param name="runId">The run.</param>
    /// <param name="folder">Where attempts left results.</param>
    /// <param name="checkpointRoot">Where checkpoints lie; a train or convert cell counts only with the weights that are there.</param>
    /// <param name="clock">Dates the events.</param>
    /// <returns>Cells that were added or replaced.</returns>
    public static int Merge(ResultStore store, string runId, AttemptFolder folder, string checkpointRoot, TimeProvider clock)
    {
        var outcomes = store.Cells(runId).ToDictionary(cell => cell.CellId, cell => cell.Outcome, StringComparer.Ordinal);
        var machines = new SortedSet<string>(StringComparer.Ordinal);
        var added = 0;
        var files = folder.Results().Select(path => (Path: path, Content: CellFile.Read(path)))
            .Where(file => file.Content.Run.RunId == runId)
            .OrderBy(file => file.Content.Result.Cell.CellId, StringComparer.Ordinal)
            .ThenBy(file => file.Content.Result.Cell.Outcome == CellOutcome.Finished ? 0 : 1) // of two attempts the finished one counts
            .ThenBy(file => file.Content.Result.Cell.StartedUtc)
            .ToList();
        foreach (var (path, (_, environment, result)) in files)
        {
            var attempt = AttemptFolder.AttemptOf(path);
            var reason = Objection(result.Cell, outcomes, checkpointRoot);
            if (reason is null)
            {
                store.WriteCell(result);
                outcomes[result.Cell.CellId] = result.Cell.Outcome;
                added++;
                machines.UnionWith(environment.Where(entry => entry.Name == "host.name").Select(entry => entry.Value));
                AddMissing(store, runId, environment);
            }
            else
            {
                store.WriteEvent(runId, new EventRecord(clock.GetUtcNow(), result.Cell.CellId, "warning", $"Attempt {attempt} was not counted: {reason}"));
            }

            File.Delete(path);
        }

        if (machines.Count > 0)
        {
            store.WriteEvent(runId, new EventRecord(clock.GetUtcNow(), null, "info", $"{added} cells came from {string.Join(", ", machines)}."));
        }

        return added;
    }

    private static string? Objection(CellRecord cell, Dictionary<string, CellOutcome> outcomes, string checkpointRoot)
    {
        if (outcomes.TryGetValue(cell.CellId, out var known) && (known == CellOutcome.Finished || (known == cell.Outcome && known is not (CellOutcome.Failed or CellOutcome.Skipped))))
        {
            return $"the cell is recorded as {known.ToString().ToLowerInvariant()} already.";
        }

        if (cell is not { Kind: CellKind.Train or CellKind.Convert, Outcome: CellOutcome.Finished, CheckpointHash: { } hash })
        {
            return null;
        }

        try
        {
            return CheckpointFolder.ReadMetadata(Path.Combine(checkpointRoot, cell.CellId)).Hashes["weights"] == hash
                ? null
                : "its weights are not those of the checkpoint folder, which another attempt wrote.";
        }
        catch (ModelException error)
        {
            return $"its checkpoint is missing: {error.Message}";
        }
    }

    // Machines of one run differ in facts such as the host's name: the first one's stay.
    private static void AddMissing(ResultStore store, string runId, IReadOnlyList<EnvironmentEntry> environment)
    {
        var present = store.Environment(runId).Select(entry => entry.Name).ToHashSet(StringComparer.Ordinal);
        store.WriteEnvironment(runId, [.. environment.Where(entry => !present.Contains(entry.Name))]);
    }
}
