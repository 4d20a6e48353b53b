using LT2.Eval.Harness.Plans;
using LT2.Eval.Results.Records;

namespace LT2.Eval.Harness.Execution;

/// <summary>Builds the records every cell has in common.</summary>
internal static class CellResults
{
    public static CellRecord Record(
        CellDefinition cell, CellContext context, CellOutcome outcome, string? reason, DateTimeOffset started, string? checkpointHash = null) => new(
        context.RunId,
        cell.Id,
        cell.Kind,
        cell.Title,
        cell.DefinitionJson,
        outcome,
        reason,
        cell.VariantId,
        cell.Seed,
        cell.TrainedLoopCount,
        started,
        (context.Clock.GetUtcNow() - started).TotalSeconds,
        checkpointHash is null ? null : Path.Combine("checkpoints", cell.Id),
        checkpointHash);

    public static CellResult WithoutRecords(CellDefinition cell, CellContext context, CellOutcome outcome, string reason, DateTimeOffset started)
        => new(Record(cell, context, outcome, reason, started), [], [], [], [], [context.Event(cell.Id, outcome == CellOutcome.Failed ? "error" : "warning", reason)]);
}
