using LT2.Eval.Results.Records;
using LT2.Eval.Results.Store;

namespace LT2.Eval.Results.Gating;

/// <summary>One side of a comparison: a run, or one variant or loop count of it. A part named on either side is not matched but compared.</summary>
/// <param name="Store">Store that holds the run.</param>
/// <param name="RunId">The run.</param>
/// <param name="VariantId">Only this variant; null for all.</param>
/// <param name="TrainedLoopCount">Only models trained at this T; null for all.</param>
/// <param name="TestedLoopCount">Only this T′; null for all.</param>
public sealed record ComparisonSide(
    ResultStore Store, string RunId, string? VariantId = null, int? TrainedLoopCount = null, int? TestedLoopCount = null)
{
    internal bool Includes(MetricRecord metric) =>
        (VariantId is null || metric.Key.VariantId == VariantId)
        && (TrainedLoopCount is null || metric.Key.TrainedLoopCount == TrainedLoopCount)
        && (TestedLoopCount is null || metric.Key.TestedLoopCount == TestedLoopCount);
}
