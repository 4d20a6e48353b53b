using LT2.Eval.Models.Definitions;
using LT2.Eval.Models.Training;

namespace LT2.Eval.Harness.Plans;

/// <summary>Lays a plan's recipe fields over a variant's own recipe.</summary>
internal static class RecipeOverrides
{
    /// <summary>Losses as plans write them: <c>lastLoop</c>, <c>everyLoop</c>.</summary>
    public static IReadOnlyList<string> LossNames { get; } = [.. Enum.GetNames<LossKind>().Select(name => char.ToLowerInvariant(name[0]) + name[1..])];

    public static TrainingRecipe Apply(TrainingRecipe recipe, RecipeOverride changes, string where, List<string> problems)
    {
        var loss = recipe.Loss;
        if (changes.Loss is { } name)
        {
            if (LossNames.FirstOrDefault(known => known == name) is { } found)
            {
                loss = loss with { Kind = Enum.Parse<LossKind>(found, ignoreCase: true) };
            }
            else
            {
                problems.Add($"{where}: recipe.loss: there is no loss '{name}'. {NearestName.Hint(name, [.. LossNames])}");
            }
        }

        var applied = recipe with
        {
            Steps = changes.Steps ?? recipe.Steps,
            BatchSize = changes.BatchSize ?? recipe.BatchSize,
            GradientAccumulationSteps = changes.GradientAccumulationSteps ?? recipe.GradientAccumulationSteps,
            LearningRate = changes.LearningRate ?? recipe.LearningRate,
            MinimumLearningRateFraction = changes.MinimumLearningRateFraction ?? recipe.MinimumLearningRateFraction,
            WarmupFraction = changes.WarmupFraction ?? recipe.WarmupFraction,
            WeightDecay = changes.WeightDecay ?? recipe.WeightDecay,
            ClipNorm = changes.ClipNorm ?? recipe.ClipNorm,
            Loss = loss,
        };
        problems.AddRange(applied.Problems().Select(problem => $"{where}: recipe: {problem}"));
        return applied;
    }
}
