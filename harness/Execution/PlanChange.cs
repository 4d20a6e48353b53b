using System.Text.Json.Nodes;
using LT2.Eval.Harness.Plans;
using LT2.Eval.Results.Records;
using LT2.Eval.Results.Store;

namespace LT2.Eval.Harness.Execution;

/// <summary>Says how a new run differs from the newest one of its plan, so that nobody takes it for a continuation or a second night of the same.</summary>
internal static class PlanChange
{
    private const int Named = 3;

    /// <summary>One sentence; null for the first run of a plan, and for a further run of the same cells.</summary>
    public static string? Describe(ResultStore store, RunRecord run, IReadOnlyList<CellDefinition> cells)
    {
        if (store.Runs().LastOrDefault(other => other.PlanName == run.PlanName && other.RunId != run.RunId) is not { } former)
        {
            return null;
        }

        var formerCells = store.Cells(former.RunId);
        var isWhole = former.Status == RunStatus.Completed;
        if (isWhole || former.PlanHash != run.PlanHash)
        {
            var known = formerCells.Select(cell => cell.CellId).ToHashSet(StringComparer.Ordinal);
            var changed = cells.Where(cell => !known.Contains(cell.Id)).ToList();
            var gone = known.Count(id => cells.All(cell => cell.Id != id));
            if (changed.Count + gone == 0)
            {
                return null;
            }

            var byTitle = formerCells.ToLookup(cell => cell.Title, StringComparer.Ordinal);
            var examples = changed.Take(Named).Select(cell => $"{cell.Title}{Why(cell, byTitle[cell.Title].FirstOrDefault())}");
            return $"{(isWhole ? "" : $"Run {former.RunId} is unfinished and not continued. ")}{cells.Count - changed.Count} of {cells.Count} cells are those of run {former.RunId}, "
                + $"{changed.Count} are changed or new{(changed.Count == 0 ? "" : $" ({string.Join("; ", examples)}{(changed.Count > Named ? "; …" : "")})")}, {gone} of that run are gone.";
        }

        return former.BuildId == run.BuildId
            ? null
            : $"Run {former.RunId} is unfinished, and of another build ({former.BuildId}, this is {run.BuildId}): a new run is started. To continue that one with this build: --run {former.RunId}";
    }

    // The parts of the definition that differ from the former cell of the same title.
    private static string Why(CellDefinition cell, CellRecord? former)
    {
        if (former is null || JsonNode.Parse(former.DefinitionJson) is not JsonObject before || JsonNode.Parse(cell.DefinitionJson) is not JsonObject after)
        {
            return "";
        }

        var parts = after.Select(part => part.Key).Union(before.Select(part => part.Key)).Where(name => !JsonNode.DeepEquals(before[name], after[name])).Order(StringComparer.Ordinal).ToList();
        return parts.Count == 0 ? "" : $": {string.Join(", ", parts)}";
    }
}
