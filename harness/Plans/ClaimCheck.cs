using LT2.Eval.Results.Claims;

namespace LT2.Eval.Harness.Plans;

/// <summary>Finds claims that no cell of their plan could ever answer.</summary>
internal static class ClaimCheck
{
    /// <summary>Every term must name a variant and a loop count that the plan trains (or, for times, times at that length).</summary>
    /// <param name="plan">The plan.</param>
    /// <param name="cells">Its cells.</param>
    /// <param name="problems">Receives what is wrong.</param>
    public static void Check(PlanDefinition plan, IReadOnlyCollection<CellDefinition> cells, List<string> problems)
    {
        foreach (var claim in plan.Claims)
        {
            foreach (var term in claim.Terms.Where(term => term.VariantId.Length > 0))
            {
                if (Problem(term, cells) is { } problem)
                {
                    problems.Add($"{plan.Source}: claims: '{claim.Id}': {problem}");
                }
            }
        }
    }

    private static string? Problem(ClaimTerm term, IReadOnlyCollection<CellDefinition> cells)
    {
        var timed = cells.OfType<TimeCell>().ToList();
        IReadOnlyList<string> names = term.Phase is null
            ? [.. cells.Where(cell => cell is CheckpointCell or CurriculumCell).Select(cell => cell.VariantId).Distinct(StringComparer.Ordinal)]
            : [.. timed.Select(cell => cell.VariantId).Distinct(StringComparer.Ordinal)];
        if (!names.Contains(term.VariantId, StringComparer.Ordinal))
        {
            return $"the plan {(term.Phase is null ? "trains" : "times")} no '{term.VariantId}'. {NearestName.Hint(term.VariantId, [.. names])}";
        }

        if (term.Phase is { } phase)
        {
            return timed.Any(cell => cell.VariantId == term.VariantId && cell.Timing.Phases.Contains(phase) && cell.Timing.Lengths.Contains(term.SequenceLength ?? 0))
                ? null
                : $"the plan does not time {phase} of '{term.VariantId}' at {term.SequenceLength} tokens.";
        }

        return term.TrainedLoopCount is not { } loops || cells.Any(cell => cell is CheckpointCell or CurriculumCell && cell.VariantId == term.VariantId && cell.TrainedLoopCount == loops)
            ? null
            : $"the plan does not train '{term.VariantId}' at T = {loops}.";
    }
}
