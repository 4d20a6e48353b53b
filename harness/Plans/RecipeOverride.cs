namespace LT2.Eval.Harness.Plans;

/// <summary>Recipe fields a plan sets; null leaves the variant's own value.</summary>
public sealed record RecipeOverride(
    int? Steps = null,
    int? BatchSize = null,
    double? LearningRate = null,
    double? MinimumLearningRateFraction = null,
    double? WarmupFraction = null,
    double? WeightDecay = null,
    double? ClipNorm = null,
    string? Loss = null,
    int? GradientAccumulationSteps = null)
{
    /// <summary>This override with another laid over it.</summary>
    public RecipeOverride With(RecipeOverride other) => new(
        other.Steps ?? Steps,
        other.BatchSize ?? BatchSize,
        other.LearningRate ?? LearningRate,
        other.MinimumLearningRateFraction ?? MinimumLearningRateFraction,
        other.WarmupFraction ?? WarmupFraction,
        other.WeightDecay ?? WeightDecay,
        other.ClipNorm ?? ClipNorm,
        other.Loss ?? Loss,
        other.GradientAccumulationSteps ?? GradientAccumulationSteps);
}
