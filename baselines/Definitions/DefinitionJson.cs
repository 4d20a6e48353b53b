using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;
using LT2.Eval.Models.Training;

namespace LT2.Eval.Models.Definitions;

/// <summary>Definitions and recipes as JSON and back, for checkpoints and hashes.</summary>
public static class DefinitionJson
{
    static readonly JsonSerializerOptions Options = new(JsonSerializerDefaults.Web)
    {
        Converters = { new JsonStringEnumConverter(JsonNamingPolicy.CamelCase) },
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
        UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
        IgnoreReadOnlyProperties = true,
        TypeInfoResolver = new DefaultJsonTypeInfoResolver { Modifiers = { LeaveOutUnsetFields } },
    };

    /// <summary>Recipe fields that came later: written only where they differ from their defaults, so that the hashes of recipes without them stay what they were.</summary>
    static readonly string[] LaterRecipeFields = ["gradientAccumulationSteps"];

    static readonly TrainingRecipe Defaults = new();

    /// <summary>A definition as a JSON object.</summary>
    public static JsonObject Write(ModelDefinition definition) => JsonSerializer.SerializeToNode(definition, Options)!.AsObject();

    /// <summary>A recipe as a JSON object.</summary>
    public static JsonObject Write(TrainingRecipe recipe) => JsonSerializer.SerializeToNode(recipe, Options)!.AsObject();

    /// <summary>A definition from a JSON object.</summary>
    /// <exception cref="ModelException">A field is unknown, missing or of the wrong type.</exception>
    public static ModelDefinition ReadDefinition(JsonNode node, string source) => Read<ModelDefinition>(node, source);

    /// <summary>A recipe from a JSON object.</summary>
    /// <exception cref="ModelException">A field is unknown or of the wrong type.</exception>
    public static TrainingRecipe ReadRecipe(JsonNode node, string source) => Read<TrainingRecipe>(node, source);

    /// <summary>The same for definitions.</summary>
    static readonly string[] LaterDefinitionFields = ["norm", "embeddingNorm", "feedForward"];

    static void LeaveOutUnsetFields(JsonTypeInfo type)
    {
        if (type.Type == typeof(TrainingRecipe))
            foreach (var property in type.Properties.Where(property => LaterRecipeFields.Contains(property.Name)))
                property.ShouldSerialize = (_, value) => !Equals(value, property.Get!(Defaults));
        if (type.Type == typeof(ModelDefinition))
            foreach (var property in type.Properties.Where(property => LaterDefinitionFields.Contains(property.Name)))
                property.ShouldSerialize = (_, value) => value is not (false or NormKind.RootMeanSquare or FeedForwardKind.SwiGlu);
    }

    static T Read<T>(JsonNode node, string source)
    {
        try
        {
            return node.Deserialize<T>(Options) ?? throw new ModelException($"{source}: empty.");
        }
        catch (JsonException error)
        {
            throw new ModelException($"{source}: {error.Message}", error);
        }
    }
}
