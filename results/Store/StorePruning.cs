using LT2.Eval.Results.Records;

namespace LT2.Eval.Results.Store;

/// <summary>Removes old runs and gives their space back.</summary>
public static class StorePruning
{
    /// <summary>Keeps the newest runs, every pinned run and every run that is still being carried out; returns the ids of the removed ones.</summary>
    /// <param name="store">The store, open for writing.</param>
    /// <param name="keep">How many of the newest runs stay; at least 1.</param>
    /// <param name="pinnedRunIds">Runs that stay whatever their age.</param>
    public static IReadOnlyList<string> Prune(ResultStore store, int keep, IReadOnlySet<string> pinnedRunIds)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(keep, 1);
        var removed = store.Runs().Reverse().Skip(keep)
            .Where(run => run.Status != RunStatus.Running && !pinnedRunIds.Contains(run.RunId)).Select(run => run.RunId).ToList();
        if (removed.Count == 0)
            return removed;
        store.Write(() =>
        {
            foreach (var runId in removed)
                Sql.Execute(store.Connection, "DELETE FROM runs WHERE run_id = $0", runId);
            Sql.Execute(store.Connection, "DELETE FROM series WHERE series_row NOT IN (SELECT series_row FROM metrics)");
            Sql.Execute(store.Connection, """
                DELETE FROM texts WHERE text_row NOT IN (
                    SELECT sample_text FROM samples UNION SELECT cluster_text FROM samples WHERE cluster_text IS NOT NULL
                    UNION SELECT answer_text FROM samples WHERE answer_text IS NOT NULL
                    UNION SELECT expected_text FROM samples WHERE expected_text IS NOT NULL
                    UNION SELECT sample_text FROM responses UNION SELECT generated_text FROM responses WHERE generated_text IS NOT NULL)
                """);
        });
        store.Read(() => Sql.Execute(store.Connection, "VACUUM"));
        return removed;
    }
}
