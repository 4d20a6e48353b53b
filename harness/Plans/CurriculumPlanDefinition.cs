namespace LT2.Eval.Harness.Plans;

/// <summary>Variants × trained loop counts × seeds, each taken through the stages of a suite's curriculum.</summary>
/// <param name="Name">Name within the plan.</param>
/// <param name="Line">Line in the plan, for messages.</param>
/// <param name="Variants">Variant ids.</param>
/// <param name="TrainedLoopCounts">Each T is a model of its own; null for the variant's own T.</param>
/// <param name="Case">The suite, task and parameters that define the stages.</param>
/// <param name="Recipe">Recipe fields that differ from the variant's own; steps and schedule are those of one stage and come from the curriculum.</param>
/// <param name="RecipeByVariant">Further differences, by variant id.</param>
/// <param name="EvaluateEverySteps">How often promotion is tested.</param>
public sealed record CurriculumPlanDefinition(
    string Name,
    int Line,
    IReadOnlyList<string> Variants,
    IReadOnlyList<int>? TrainedLoopCounts,
    CaseReference Case,
    RecipeOverride Recipe,
    IReadOnlyDictionary<string, RecipeOverride> RecipeByVariant,
    int EvaluateEverySteps);
