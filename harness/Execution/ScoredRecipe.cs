using LT2.Eval.Harness.Plans;

namespace LT2.Eval.Harness.Execution;

/// <summary>What a score's series says of how the scored weights came to be.</summary>
internal static class ScoredRecipe
{
    /// <summary>
    /// The recipe's hash. A sweep is one recipe, all of its candidates, whichever is chosen: seeds that choose another learning rate, or a night that does, go on in the same series.
    /// </summary>
    public static string HashOf(IReadOnlyList<ICheckpointSource> candidates) => candidates.Count == 1
        ? candidates[0].RecipeHash
        : StableHash.Short($"sweep {string.Join(' ', candidates.Select(candidate => candidate.RecipeHash).Order(StringComparer.Ordinal))}");
}
