using LT2.Eval.Harness.Gating;
using LT2.Eval.Harness.Plans;
using LT2.Eval.Results.Records;
using LT2.Eval.Results.Store;

namespace LT2.Eval.Harness.Commands;

/// <summary>Finds the run that a user means.</summary>
internal static class StoredRuns
{
    private const int MinimumCommitLength = 7;

    /// <summary>The named run; the newest where none is named, runs of judged checkpoints after all others. A unique beginning of an id is enough; a commit means its newest run.</summary>
    public static RunRecord Choose(ResultStore store, string? named)
    {
        var runs = store.Runs();
        if (runs.Count == 0)
        {
            throw new PlanException("The store holds no run yet. Make one: lt2 run quick");
        }

        if (named is null)
        {
            return runs.OrderBy(run => CheckpointPlan.IsNameOfOne(run.PlanName)).ThenByDescending(run => run.StartedUtc).First();
        }

        var matches = runs.Where(run => run.RunId.StartsWith(named, StringComparison.Ordinal)).ToList();
        if (matches.Count == 0 && named.Length >= MinimumCommitLength)
        {
            // Not a run: the newest run of a commit.
            matches = [.. runs.Where(run => run.Commit?.StartsWith(named, StringComparison.OrdinalIgnoreCase) == true).OrderByDescending(run => run.StartedUtc).Take(1)];
        }

        return matches.Count == 1
            ? matches[0]
            : throw new PlanException(matches.Count == 0
                ? $"There is no run '{named}'. {NearestName.Hint(named, [.. runs.Select(run => run.RunId)])}"
                : $"'{named}' is the beginning of {matches.Count} runs: {string.Join(", ", matches.Select(run => run.RunId))}.");
    }
}
