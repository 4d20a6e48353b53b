using System.Text.Json.Nodes;
using LT2.Eval.Models.Conversion.Distillation;
using LT2.Eval.Models.Definitions;
using LT2.Eval.Models.Training;
using LT2.Eval.Results.Records;
using LT2.Eval.Tasks.Contracts;

namespace LT2.Eval.Harness.Plans;

/// <summary>Converts the checkpoint of a train cell into a hybrid, on the teacher's own training data.</summary>
/// <param name="teacher">The train cell.</param>
/// <param name="recipe">Layers, stages and budgets.</param>
/// <param name="variantId">The student's id.</param>
/// <param name="seed">Seed of what the teacher has no values for, and of the order of the text.</param>
public sealed class ConvertCell(TrainCell teacher, ConversionRecipe recipe, string variantId, long seed) : CheckpointCell
{
    /// <inheritdoc />
    public override CellKind Kind => CellKind.Convert;

    /// <summary>The student; which layers a sensitivity probe will keep is not known yet, but how many is.</summary>
    public override ModelDefinition Model { get; } = StudentDefinition.Derive(
        teacher.Model,
        StudentDefinition.StaysFull(recipe.SensitiveLayers is { } count ? $"back:{count}:full:gdn" : recipe.Layers, teacher.Model.LayerCount),
        recipe.MixerOptions,
        variantId,
        recipe.LongestSequence);

    /// <inheritdoc />
    public override string VariantId => variantId;

    /// <inheritdoc />
    public override int? TrainedLoopCount => teacher.Model.LoopCount;

    /// <inheritdoc />
    public override IReadOnlyList<CellDefinition> Parents => [teacher];

    /// <summary>The cell whose checkpoint is converted.</summary>
    public TrainCell Teacher => teacher;

    /// <summary>Layers, stages and budgets.</summary>
    public ConversionRecipe Recipe => recipe;

    /// <inheritdoc />
    public override ICase TrainingCase => teacher.TrainingCase;

    /// <inheritdoc />
    public override int ValidationSamples => teacher.ValidationSamples;

    /// <inheritdoc />
    public override int TrainingBatchSize => teacher.TrainingBatchSize;

    /// <summary>The teacher's: with more context than its teacher a student would be compared by other text.</summary>
    public override int? ScoredLength => teacher.SequenceLength;

    /// <inheritdoc />
    public override string Dtype => teacher.Dtype;

    /// <inheritdoc />
    public override long? Seed => seed;

    /// <inheritdoc />
    public override string RecipeHash => StableHash.Short(Models.Definitions.CanonicalJson.Write(new JsonObject { ["teacher"] = teacher.RecipeHash, ["conversion"] = recipe.ToJson() }));

    /// <inheritdoc />
    public override string Title => $"convert {teacher.Model.VariantId} into {variantId} by {recipe.Name} seed {seed}";

    /// <inheritdoc />
    protected override JsonObject Describe() => new()
    {
        ["kind"] = "convert",
        ["teacher"] = teacher.Id,
        ["variant"] = variantId,
        ["recipe"] = recipe.ToJson(),
        ["seed"] = seed,
        ["trainingCodeVersion"] = TrainingCode.Version,
    };
}
