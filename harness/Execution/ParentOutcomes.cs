using LT2.Eval.Harness.Plans;
using LT2.Eval.Results.Records;

namespace LT2.Eval.Harness.Execution;

/// <summary>What the ends of its parents mean for a cell.</summary>
internal static class ParentOutcomes
{
    /// <summary>The record of a cell that cannot run because no parent finished; null where it can. With a learning-rate sweep one finished candidate is enough.</summary>
    public static CellResult? Skipped(CellDefinition cell, CellContext context, Func<CellDefinition, CellOutcome> outcome)
    {
        if (cell.Parents.Count == 0 || cell.Parents.Any(parent => outcome(parent) == CellOutcome.Finished))
        {
            return null;
        }

        var reason = string.Join("; ", cell.Parents.Select(parent => $"{parent.Title}: {outcome(parent)}"));
        return CellResults.WithoutRecords(cell, context, CellOutcome.Skipped, $"No parent finished ({reason}).", context.Clock.GetUtcNow());
    }
}
