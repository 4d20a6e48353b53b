using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using LT2.Eval.Models.Definitions;
using YamlDotNet.Core;
using YamlDotNet.RepresentationModel;
using YamlDotNet.Serialization;

namespace LT2.Eval.Models.Checkpoints;

/// <summary>JSON trees as YAML and back, for the files of a checkpoint that people read.</summary>
internal static class YamlJson
{
    static readonly ISerializer Serializer = new SerializerBuilder().WithQuotingNecessaryStrings().Build();

    internal static string Write(JsonNode node) => Serializer.Serialize(Plain(node)!);

    internal static JsonNode Read(string text, string source)
    {
        try
        {
            var documents = YamlDocuments.Load(new StringReader(text));
            return documents.Count == 1 ? Tree(documents[0].RootNode)! : throw new ModelException($"{source}: it must hold one document.");
        }
        catch (YamlException error)
        {
            throw new ModelException($"{source}:{error.Start.Line}: not YAML: {error.Message}", error);
        }
    }

    static object? Plain(JsonNode? node) => node switch
    {
        null => null,
        JsonObject map => map.ToDictionary(pair => pair.Key, pair => Plain(pair.Value)),
        JsonArray list => list.Select(Plain).ToList(),
        JsonValue value => value.GetValueKind() switch
        {
            JsonValueKind.True => true,
            JsonValueKind.False => false,
            JsonValueKind.Number => value.ToJsonString() is var digits && long.TryParse(digits, CultureInfo.InvariantCulture, out var whole) ? whole : double.Parse(digits, CultureInfo.InvariantCulture),
            _ => value.GetValue<string>(),
        },
        _ => null,
    };

    static JsonNode? Tree(YamlNode node) => node switch
    {
        YamlMappingNode map => new JsonObject(map.Children.Select(pair => KeyValuePair.Create(((YamlScalarNode)pair.Key).Value ?? "", Tree(pair.Value)))),
        YamlSequenceNode list => new JsonArray([.. list.Children.Select(Tree)]),
        YamlScalarNode { Style: ScalarStyle.Plain } scalar => Scalar(scalar.Value ?? ""),
        YamlScalarNode scalar => JsonValue.Create(scalar.Value ?? ""),
        _ => null,
    };

    static JsonNode? Scalar(string text) => text switch
    {
        "" or "null" or "~" => null,
        "true" => JsonValue.Create(true),
        "false" => JsonValue.Create(false),
        _ when long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var whole) => JsonValue.Create(whole),
        _ when double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var real) => JsonValue.Create(real),
        _ => JsonValue.Create(text),
    };
}
