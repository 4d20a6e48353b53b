using System.Collections.Immutable;

namespace LT2.Eval.Reports.Views;

/// <summary>Quality of one variant at one pair of loop counts, over its training seeds.</summary>
/// <param name="Line">The line of the chart it belongs to: the variant, and its recipe where a variant has several.</param>
/// <param name="VariantId"><c>name@scale</c>.</param>
/// <param name="TrainedLoopCount">T.</param>
/// <param name="TestedLoopCount">T′.</param>
/// <param name="Mean">Mean over seeds with its interval (over seeds from three seeds on, else the pooled sampling interval).</param>
/// <param name="Seeds">Each seed.</param>
public sealed record QualityPoint(
    string Line, string VariantId, int TrainedLoopCount, int TestedLoopCount, Estimate Mean, ImmutableArray<SeedEstimate> Seeds);
