using System.Text.Json.Nodes;
using LT2.Eval.Models.Checkpoints;
using LT2.Eval.Models.Definitions;

namespace LT2.Eval.Harness.Plans;

/// <summary>A checkpoint folder that a plan names: trained, imported or converted before.</summary>
/// <param name="folder">As the plan has it, from the current folder.</param>
/// <param name="metadata">What the checkpoint says of itself.</param>
/// <param name="dtype">Compute dtype.</param>
public sealed class GivenCheckpoint(string folder, CheckpointMetadata metadata, string dtype) : ICheckpointSource
{
    private readonly string name = Path.GetFileName(Path.TrimEndingDirectorySeparator(Path.GetFullPath(folder)));

    /// <inheritdoc />
    public string Id { get; } = StableHash.Short($"checkpoint {metadata.Hashes.GetValueOrDefault("weights")} {metadata.Definition.ToCanonicalJson()}");

    /// <inheritdoc />
    public ModelDefinition Model => metadata.Definition;

    /// <inheritdoc />
    public string Dtype => dtype;

    /// <summary>By the folder's name and the recipe, so that newer weights under the same name go on in the same series.</summary>
    public string RecipeHash => StableHash.Short(Models.Definitions.CanonicalJson.Write(new JsonObject
    {
        ["checkpoint"] = name,
        ["tokenizer"] = metadata.Tokenizer,
        ["recipe"] = metadata.Recipe is { } recipe ? Models.Definitions.DefinitionJson.Write(recipe) : null,
    }));

    /// <inheritdoc />
    public long? Seed => metadata.Seed;

    /// <inheritdoc />
    public int? ScoredLength => null;

    /// <summary>As the plan names it.</summary>
    public string Folder => folder;

    /// <inheritdoc />
    public string FolderIn(string checkpointRoot) => folder;
}
