using System.Text.Json.Nodes;
using LT2.Eval.Models.Definitions;
using LT2.Eval.Models.Training;
using LT2.Eval.Results.Records;
using LT2.Eval.Tasks.Contracts;

namespace LT2.Eval.Harness.Plans;

/// <summary>Trains a variant on a case.</summary>
/// <param name="model">Structure and sizes, with T and the vocabulary set.</param>
/// <param name="trainingCase">The case it is trained on.</param>
/// <param name="recipe">Steps, batch, learning rate and the rest.</param>
/// <param name="sequenceLength">Tokens a row for corpora; null for generated cases.</param>
/// <param name="validationSamples">Samples of the validation split scored at the end.</param>
/// <param name="seed">Initialisation and training order.</param>
/// <param name="dtype">Compute dtype.</param>
/// <param name="dataHash">Hash of the training text; null for generated cases.</param>
/// <param name="tokenizer">How text becomes tokens; null for bytes and for generated cases.</param>
/// <param name="trials">Short trainings of which the one with the least validation loss gives the learning rate; null for the recipe's own.</param>
public sealed class TrainCell(
    ModelDefinition model,
    ICase trainingCase,
    TrainingRecipe recipe,
    int? sequenceLength,
    int validationSamples,
    long seed,
    string dtype,
    string? dataHash,
    TrainingTokenizer? tokenizer = null,
    IReadOnlyList<TrainCell>? trials = null) : CheckpointCell
{
    /// <inheritdoc />
    public override CellKind Kind => CellKind.Train;

    /// <inheritdoc />
    public override ModelDefinition Model => model;

    /// <inheritdoc />
    public override string VariantId => model.VariantId;

    /// <inheritdoc />
    public override int? TrainedLoopCount => model.LoopCount;

    /// <summary>The case it is trained on.</summary>
    public override ICase TrainingCase => trainingCase;

    /// <summary>Short trainings that choose the learning rate; empty where the recipe says it.</summary>
    public IReadOnlyList<TrainCell> Trials => trials ?? [];

    /// <inheritdoc />
    public override IReadOnlyList<CellDefinition> Parents => Trials;

    /// <summary>The recipe; where there are trials, with a learning rate that theirs replaces.</summary>
    public TrainingRecipe Recipe => recipe;

    /// <summary>Tokens a row for corpora.</summary>
    public int? SequenceLength => sequenceLength;

    /// <summary>Samples of the validation split.</summary>
    public override int ValidationSamples => validationSamples;

    /// <summary>Compute dtype.</summary>
    public override string Dtype => dtype;

    /// <summary>Hash of the training text.</summary>
    public string? DataHash => dataHash;

    /// <summary>How text becomes tokens; null for bytes and for generated cases.</summary>
    public TrainingTokenizer? Tokenizer => tokenizer;

    /// <inheritdoc />
    public override int TrainingBatchSize => recipe.BatchSize;

    /// <inheritdoc />
    public override long? Seed => seed;

    /// <summary>Hash of the recipe and the training case: part of every series key.</summary>
    public override string RecipeHash => StableHash.Short(Models.Definitions.CanonicalJson.Write(WithOptions(trial => trial.RecipeHash, new JsonObject
    {
        ["recipe"] = Models.Definitions.DefinitionJson.Write(recipe),
        ["case"] = CaseText.Describe(trainingCase),
        ["sequenceLength"] = sequenceLength,
    })));

    /// <summary>This training at the learning rate that its trials chose.</summary>
    public TrainCell At(double learningRate) =>
        new(model, trainingCase, recipe with { LearningRate = learningRate }, sequenceLength, validationSamples, seed, dtype, dataHash, tokenizer);

    /// <inheritdoc />
    public override string Title => $"train {model.VariantId} T={model.LoopCount} on {CaseText.Name(trainingCase)}{(tokenizer is null ? "" : $" by {tokenizer.NameOrPath}")} seed {seed}";

    /// <inheritdoc />
    protected override JsonObject Describe() => WithOptions(trial => trial.Id, new JsonObject
    {
        ["kind"] = "train",
        ["model"] = JsonNode.Parse(model.ToCanonicalJson()),
        ["case"] = CaseText.Describe(trainingCase),
        ["recipe"] = Models.Definitions.DefinitionJson.Write(recipe),
        ["sequenceLength"] = sequenceLength,
        ["validationSamples"] = validationSamples,
        ["seed"] = seed,
        ["dtype"] = dtype,
        ["dataHash"] = dataHash,
        ["trainingCodeVersion"] = TrainingCode.Version,
    });

    // Neither bytes nor a given learning rate leaves a trace, so that cells of before keep their ids.
    private JsonObject WithOptions(Func<TrainCell, string> trialName, JsonObject fields)
    {
        if (Trials.Count > 0)
        {
            fields["recipe"]!.AsObject().Remove("learningRate");
            fields["learningRateTrials"] = new JsonArray([.. Trials.Select(trial => JsonValue.Create(trialName(trial)))]);
        }

        if (tokenizer is not null)
        {
            fields["tokenizer"] = tokenizer.Describe();
        }

        return fields;
    }
}
