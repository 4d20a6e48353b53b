using LT2.Eval.Results.Claims;

namespace LT2.Eval.Harness.Plans;

/// <summary>A plan as read from YAML, every field checked for form; names are resolved by the planner.</summary>
/// <param name="Name">Its name; runs and pins are filed under it.</param>
/// <param name="Description">One sentence for people.</param>
/// <param name="Source">Path it was read from.</param>
/// <param name="Text">The YAML as read; stored with the run.</param>
/// <param name="Seeds">Initialisation and training-order seeds.</param>
/// <param name="TestSetSeed">One seed for the test samples of every variant, loop count and night.</param>
/// <param name="Dtype">Compute dtype: <c>float32</c> or <c>bfloat16</c>.</param>
/// <param name="ThreadCount">CPU threads for libtorch; null for every core.</param>
/// <param name="Experiments">What is trained and scored.</param>
/// <param name="Curricula">What is taken through stages of growing difficulty.</param>
/// <param name="Conversions">What is converted.</param>
/// <param name="Timings">What is timed.</param>
public sealed record PlanDefinition(
    string Name,
    string Description,
    string Source,
    string Text,
    IReadOnlyList<long> Seeds,
    long TestSetSeed,
    string Dtype,
    int? ThreadCount,
    IReadOnlyList<ExperimentDefinition> Experiments,
    IReadOnlyList<CurriculumPlanDefinition> Curricula,
    IReadOnlyList<ConversionPlanDefinition> Conversions,
    IReadOnlyList<TimingDefinition> Timings)
{
    /// <summary>What the plan sets out to test.</summary>
    public IReadOnlyList<ClaimDefinition> Claims { get; init; } = [];
}
