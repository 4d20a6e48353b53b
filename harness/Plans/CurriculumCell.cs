using System.Text.Json.Nodes;
using LT2.Eval.Models.Definitions;
using LT2.Eval.Models.Training;
using LT2.Eval.Results.Records;
using LT2.Eval.Tasks.Contracts;

namespace LT2.Eval.Harness.Plans;

/// <summary>Takes a model through the stages of a curriculum, keeping its weights, until a stage's budget ends without promotion.</summary>
/// <param name="model">Structure and sizes, with T and the vocabulary set.</param>
/// <param name="suiteId">The suite.</param>
/// <param name="suiteVersion">Its version.</param>
/// <param name="taskId">The task.</param>
/// <param name="curriculum">Stages and the promotion rule.</param>
/// <param name="recipe">Batch, learning rate and the rest; its steps are the budget of one stage.</param>
/// <param name="evaluateEverySteps">How often promotion is tested.</param>
/// <param name="seed">Initialisation and training order.</param>
/// <param name="testSetSeed">Seed of the evaluation samples.</param>
/// <param name="dtype">Compute dtype.</param>
public sealed class CurriculumCell(
    ModelDefinition model,
    string suiteId,
    int suiteVersion,
    string taskId,
    CurriculumDefinition curriculum,
    TrainingRecipe recipe,
    int evaluateEverySteps,
    long seed,
    long testSetSeed,
    string dtype) : CellDefinition
{
    /// <inheritdoc />
    public override CellKind Kind => CellKind.Curriculum;

    /// <inheritdoc />
    public override ModelDefinition Model => model;

    /// <inheritdoc />
    public override string VariantId => model.VariantId;

    /// <inheritdoc />
    public override int? TrainedLoopCount => model.LoopCount;

    /// <inheritdoc />
    public override long? Seed => seed;

    /// <summary>The suite.</summary>
    public string SuiteId => suiteId;

    /// <summary>Its version.</summary>
    public int SuiteVersion => suiteVersion;

    /// <summary>The task.</summary>
    public string TaskId => taskId;

    /// <summary>Stages and the promotion rule.</summary>
    public CurriculumDefinition Curriculum => curriculum;

    /// <summary>Batch, learning rate and the rest.</summary>
    public TrainingRecipe Recipe => recipe;

    /// <summary>How often promotion is tested.</summary>
    public int EvaluateEverySteps => evaluateEverySteps;

    /// <summary>Seed of the evaluation samples.</summary>
    public long TestSetSeed => testSetSeed;

    /// <summary>Compute dtype.</summary>
    public string Dtype => dtype;

    /// <inheritdoc />
    public override string Title =>
        $"curriculum {model.VariantId} T={model.LoopCount} on {suiteId}/{taskId} sizes {string.Join(",", curriculum.Stages.Select(stage => stage.Size))} seed {seed}";

    /// <inheritdoc />
    protected override JsonObject Describe() => new()
    {
        ["kind"] = "curriculum",
        ["model"] = JsonNode.Parse(model.ToCanonicalJson()),
        ["stages"] = new JsonArray([.. curriculum.Stages.Select(stage => CaseText.Describe(stage.Case))]),
        ["promotionMetric"] = curriculum.PromotionMetric,
        ["promotionThreshold"] = curriculum.PromotionThreshold,
        ["slicePromotionThresholds"] = new JsonObject(curriculum.SlicePromotionThresholds.Select(pair => KeyValuePair.Create(pair.Key, (JsonNode?)JsonValue.Create(pair.Value)))),
        ["validationSamples"] = curriculum.ValidationSamples,
        ["recipe"] = Models.Definitions.DefinitionJson.Write(recipe),
        ["evaluateEverySteps"] = evaluateEverySteps,
        ["seed"] = seed,
        ["testSetSeed"] = testSetSeed,
        ["dtype"] = dtype,
        ["trainingCodeVersion"] = TrainingCode.Version,
    };
}
