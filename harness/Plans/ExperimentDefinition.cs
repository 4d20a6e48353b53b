namespace LT2.Eval.Harness.Plans;

/// <summary>Variants × trained loop counts × seeds, trained on one case and scored on others.</summary>
/// <param name="Name">Name within the plan.</param>
/// <param name="Line">Line in the plan, for messages.</param>
/// <param name="Seeds">Initialisation and training-order seeds; null for the plan's.</param>
/// <param name="Variants">Variant ids, <c>name@scale</c>.</param>
/// <param name="TrainedLoopCounts">Each T is a model of its own; null for the variant's own T.</param>
/// <param name="TestedLoopCounts">Every checkpoint is read out after each of these.</param>
/// <param name="Train">What is trained on.</param>
/// <param name="Tests">What is scored.</param>
/// <param name="Recipe">Recipe fields that differ from the variant's own.</param>
/// <param name="RecipeByVariant">Further differences, by variant id.</param>
/// <param name="LearningRates">More than one makes a sweep, decided on the validation split; empty for the recipe's own.</param>
/// <param name="ScoreBatchSize">Sequences in a scoring batch.</param>
/// <param name="NGramOrders">Score n-gram models of orders 1 to this beside, on text scored as a whole; null for none.</param>
/// <param name="Exits">Early exit to measure on the text tests; null for none.</param>
/// <param name="Checkpoints">Checkpoint folders that are scored instead of training variants.</param>
public sealed record ExperimentDefinition(
    string Name,
    int Line,
    IReadOnlyList<long>? Seeds,
    IReadOnlyList<string> Variants,
    IReadOnlyList<int>? TrainedLoopCounts,
    IReadOnlyList<int> TestedLoopCounts,
    TrainingReference Train,
    IReadOnlyList<TestReference> Tests,
    RecipeOverride Recipe,
    IReadOnlyDictionary<string, RecipeOverride> RecipeByVariant,
    IReadOnlyList<double> LearningRates,
    int ScoreBatchSize,
    int? NGramOrders,
    ExitDefinition? Exits,
    IReadOnlyList<string> Checkpoints)
{
    /// <summary>
    /// Steps of a short trial of each learning rate with the first seed; all seeds then train with the rate whose trial had the least validation loss. Null: every seed trains in
    /// full at every rate and keeps its best.
    /// </summary>
    public int? LearningRateSteps { get; init; }

    /// <summary>Measure how far back each trained model's last position is reached, on rows of this many tokens; null for not at all.</summary>
    public int? ReachLength { get; init; }
}

/// <summary>A suite's task with parameters, as a plan names it.</summary>
/// <param name="Suite">Suite id.</param>
/// <param name="Task">Task id; null when the suite has one.</param>
/// <param name="Parameters">Parameters that differ from the task's defaults.</param>
/// <param name="Line">Line in the plan.</param>
public sealed record CaseReference(string Suite, string? Task, IReadOnlyDictionary<string, string> Parameters, int Line);

/// <summary>What a model is trained on.</summary>
/// <param name="Case">The case.</param>
/// <param name="SequenceLength">Tokens a row, for corpora; null for generated cases.</param>
/// <param name="ValidationSamples">Samples of the validation split; they choose among learning rates and promote stages.</param>
/// <param name="Tokenizer">How text becomes tokens: a tokenizer's name or a <c>tokenizer.json</c>; null for bytes.</param>
public sealed record TrainingReference(CaseReference Case, int? SequenceLength, int ValidationSamples, string? Tokenizer);

/// <summary>What a checkpoint is scored on.</summary>
/// <param name="Case">The case.</param>
/// <param name="Samples">Samples or documents scored.</param>
public sealed record TestReference(CaseReference Case, int Samples);
