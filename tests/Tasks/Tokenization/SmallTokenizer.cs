using System.Text.Json.Nodes;
using LT2.Eval.Tasks.Tests.Data;

namespace LT2.Eval.Tasks.Tests.Tokenization;

/// <summary>A <c>tokenizer.json</c> whose ids are bytes, with what a test puts on top.</summary>
internal sealed class SmallTokenizer
{
    /// <summary>Tokens beside the bytes.</summary>
    public IReadOnlyList<SmallAddedToken> AddedTokens { get; init; } = [];

    /// <summary>Pattern of a Split before the bytes; null for none.</summary>
    public string? Split { get; init; }

    /// <summary>Whether merges follow the ids.</summary>
    public bool IgnoreMerges { get; init; }

    /// <summary>Token that is put before every text; null for none.</summary>
    public string? BeginOfText { get; init; }

    /// <summary>Writes the file.</summary>
    /// <returns>Its path.</returns>
    public string Write(TemporaryFolder temporary)
    {
        var vocabulary = new JsonObject();
        foreach (var value in Enumerable.Range(0, 256))
        {
            vocabulary[Vocabularies.Letters([(byte)value])] = value;
        }

        var chain = new JsonArray(new JsonObject { ["type"] = "ByteLevel", ["add_prefix_space"] = false, ["use_regex"] = false });
        if (Split is not null)
        {
            chain.Insert(0, new JsonObject { ["type"] = "Split", ["pattern"] = new JsonObject { ["Regex"] = Split }, ["behavior"] = "Isolated", ["invert"] = false });
        }

        var file = new JsonObject
        {
            ["added_tokens"] = new JsonArray([.. AddedTokens.Select(token => (JsonNode)token.ToJson())]),
            ["normalizer"] = null,
            ["pre_tokenizer"] = new JsonObject { ["type"] = "Sequence", ["pretokenizers"] = chain },
            ["post_processor"] = BeginOfText is null ? null : new JsonObject
            {
                ["type"] = "TemplateProcessing",
                ["single"] = new JsonArray(
                    new JsonObject { ["SpecialToken"] = new JsonObject { ["id"] = BeginOfText, ["type_id"] = 0 } },
                    new JsonObject { ["Sequence"] = new JsonObject { ["id"] = "A", ["type_id"] = 0 } }),
            },
            ["model"] = new JsonObject
            {
                ["type"] = "BPE",
                ["ignore_merges"] = IgnoreMerges,
                ["vocab"] = vocabulary,
                ["merges"] = new JsonArray(),
            },
        };
        return temporary.Write("small/tokenizer.json", file.ToJsonString());
    }
}

/// <summary>An entry of <c>added_tokens</c>.</summary>
internal sealed record SmallAddedToken(
    int Id, string Content, bool Special = false, bool SingleWord = false, bool StripsLeft = false, bool StripsRight = false, bool Normalized = false)
{
    /// <summary>As the file has it.</summary>
    public JsonObject ToJson() => new()
    {
        ["id"] = Id,
        ["content"] = Content,
        ["single_word"] = SingleWord,
        ["lstrip"] = StripsLeft,
        ["rstrip"] = StripsRight,
        ["normalized"] = Normalized,
        ["special"] = Special,
    };
}
