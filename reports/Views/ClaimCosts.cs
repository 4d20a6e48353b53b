using System.Collections.Immutable;
using LT2.Eval.Reports.Text;
using LT2.Eval.Results.Claims;
using LT2.Eval.Results.Records;

namespace LT2.Eval.Reports.Views;

/// <summary>Size and cost of the model behind each value of a claim.</summary>
/// <param name="Parameters">Stored parameters; null where they were not recorded.</param>
/// <param name="FlopsPerToken">Operations a token at the trained loop count; null where they were not recorded, and where the value was read after other loop counts.</param>
/// <param name="Length">Length that the operations hold for, in words.</param>
internal sealed record ClaimCosts(double? Parameters, double? FlopsPerToken, string Length)
{
    /// <summary>Of each term, in order.</summary>
    /// <param name="claim">The claim.</param>
    /// <param name="metrics">Metrics of the run.</param>
    /// <param name="cells">Its cells.</param>
    public static ImmutableArray<ClaimCosts> Of(ClaimDefinition claim, IReadOnlyList<MetricRecord> metrics, IReadOnlyList<CellRecord> cells) =>
        [.. claim.Terms.Select(term => Of(term, metrics, cells))];

    private static ClaimCosts Of(ClaimTerm term, IReadOnlyList<MetricRecord> metrics, IReadOnlyList<CellRecord> cells)
    {
        var parameters = OfTraining(term, metrics, "parameters")?.Value;
        if (term.Phase is not null)
        {
            var timed = metrics.Where(item => item.Key is { SuiteId: "timing", Metric: "flops_per_token" } && item.Key.VariantId == term.VariantId
                && item.Key.Phase == term.Phase && item.Key.SequenceLength == term.SequenceLength
                && (term.TestedLoopCounts.Count == 0 || (item.Key.TestedLoopCount is { } loops && term.TestedLoopCounts.Contains(loops)))).Select(item => item.Value).Distinct().ToArray();
            return new(parameters, timed is [var only] ? only : null, $"n = {Quantity.Count(term.SequenceLength ?? 0)}");
        }
        var trained = term.TestedLoopCounts.All(loops => loops == term.TrainedLoopCount) ? OfTraining(term, metrics, "flops_per_token") : null;
        var row = trained is null ? null : cells.Where(cell => cell.CellId == trained.CellId).Select(cell => CellRecipe.Of(cell.DefinitionJson).SequenceLength).FirstOrDefault();
        return new(parameters, trained?.Value, row is { } length ? $"n = {Quantity.Count(length)}" : "the training length");
    }

    // One variant may have been trained for several tasks, whose vocabularies make different models of it: the claim's own, where there is one.
    private static MetricRecord? OfTraining(ClaimTerm term, IReadOnlyList<MetricRecord> metrics, string metric)
    {
        var models = metrics.Where(item => item.Key.SuiteId == "training" && item.Key.Metric == metric && item.Key.VariantId == term.VariantId
            && (term.TrainedLoopCount is null || item.Key.TrainedLoopCount == term.TrainedLoopCount)).ToList();
        var own = models.Where(item => item.Key.TaskId == (term.SuiteId == "training" ? term.TaskId : null) || item.Key.TaskId.Split('/')[0] == term.SuiteId).ToList();
        return (own.Count > 0 ? own : models).MaxBy(item => item.Value ?? double.NegativeInfinity);
    }
}
