namespace LT2.Eval.Tasks.Contracts;

/// <summary>Stages of growing difficulty; the harness trains, tests and promotes.</summary>
/// <param name="Stages">Cases in order, easiest first.</param>
/// <param name="PromotionThreshold">A stage is passed when <see cref="PromotionMetric"/> on validation reaches this value.</param>
/// <param name="PromotionMetric">Name of the metric that promotes.</param>
/// <param name="SlicePromotionThresholds">Slice name to the value it must reach as well.</param>
/// <param name="StepsPerStage">Training steps a stage may use.</param>
/// <param name="ValidationSamples">Samples in the fixed validation set.</param>
public sealed record CurriculumDefinition(
    IReadOnlyList<CurriculumStage> Stages,
    double PromotionThreshold,
    string PromotionMetric,
    IReadOnlyDictionary<string, double> SlicePromotionThresholds,
    int StepsPerStage,
    int ValidationSamples)
{
    /// <summary>What a finished curriculum scores: the largest <see cref="CurriculumStage.Size"/> passed, 0 if none.</summary>
    public static MetricDefinition LargestSizePassed { get; } = new("n_max", MetricDirection.HigherIsBetter, MetricKind.Continuous, "1", 1, 0);
}

/// <summary>One stage.</summary>
/// <param name="Size">Its size as reported in n_max.</param>
/// <param name="Case">Its case.</param>
public sealed record CurriculumStage(int Size, IGeneratedCase Case);

/// <summary>A suite that offers a curriculum over its cases.</summary>
public interface ICurriculumSuite : ISuite
{
    /// <summary>The curriculum for a task and parameters.</summary>
    CurriculumDefinition CreateCurriculum(CaseSpecification specification);
}
