using System.Text.Json.Nodes;

namespace LT2.Eval.Models.Definitions;

/// <summary>JSON with sorted keys and no spaces, for hashing.</summary>
public static class CanonicalJson
{
    /// <summary>The text of a node.</summary>
    public static string Write(JsonNode? node) => Sort(node)?.ToJsonString() ?? "null";

    static JsonNode? Sort(JsonNode? node) => node switch
    {
        JsonObject map => new JsonObject(map.OrderBy(pair => pair.Key, StringComparer.Ordinal).Select(pair => KeyValuePair.Create(pair.Key, Sort(pair.Value)))),
        JsonArray list => new JsonArray([.. list.Select(Sort)]),
        _ => node?.DeepClone(),
    };
}
