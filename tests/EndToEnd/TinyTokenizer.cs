using System.Text.Json;
using System.Text.Json.Nodes;

namespace LT2.Eval.EndToEnd.Tests;

/// <summary>A <c>tokenizer.json</c> of our own: 256 bytes, a few merges, an end of text.</summary>
internal static class TinyTokenizer
{
    /// <summary>Ids of the vocabulary.</summary>
    public const int Size = 256 + 4 + 1;

    private static readonly (string Left, string Right)[] Merges = [("t", "h"), ("th", "e"), ("Ġ", "the"), ("a", "n")];

    /// <summary>Writes it.</summary>
    /// <param name="path">The file.</param>
    /// <param name="furtherSpecialTokens">Special tokens that a model trained with the plain one does not know.</param>
    public static void Write(string path, int furtherSpecialTokens = 0)
    {
        var entries = Enumerable.Range(0, 256).Select(Letter).Concat(Merges.Select(pair => pair.Left + pair.Right)).ToList();
        var vocabulary = new JsonObject(entries.Select((entry, id) => KeyValuePair.Create(entry, (JsonNode?)id)));
        string[] special = ["<|endoftext|>", .. Enumerable.Range(0, furtherSpecialTokens).Select(i => $"<|further {i}|>")];
        var json = new JsonObject
        {
            ["added_tokens"] = new JsonArray([.. special.Select((content, i) => (JsonNode)new JsonObject { ["id"] = entries.Count + i, ["content"] = content, ["special"] = true })]),
            ["pre_tokenizer"] = new JsonObject { ["type"] = "ByteLevel", ["add_prefix_space"] = false, ["use_regex"] = true },
            ["decoder"] = new JsonObject { ["type"] = "ByteLevel" },
            ["model"] = new JsonObject
            {
                ["type"] = "BPE", ["vocab"] = vocabulary, ["merges"] = new JsonArray([.. Merges.Select(pair => (JsonNode)$"{pair.Left} {pair.Right}")]),
            },
        };
        File.WriteAllText(path, json.ToJsonString(new JsonSerializerOptions()));
    }

    // GPT-2's letters for bytes: printable ones stand for themselves, the others follow from U+0100.
    private static string Letter(int value) => ((char)(IsPrintable(value) ? value : 256 + Enumerable.Range(0, value).Count(other => !IsPrintable(other)))).ToString();

    private static bool IsPrintable(int value) => value is (>= 33 and <= 126) or (>= 161 and not 173);
}
