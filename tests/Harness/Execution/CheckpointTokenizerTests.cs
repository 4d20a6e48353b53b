using System.Text.Json.Nodes;
using LT2.Eval.Harness.Execution;
using LT2.Eval.Harness.Plans;
using LT2.Eval.Models.Checkpoints;
using LT2.Eval.Models.Definitions;
using LT2.Eval.Tasks.Contracts;
using LT2.Eval.Tasks.Data;

namespace LT2.Eval.Harness.Tests.Execution;

public sealed class CheckpointTokenizerTests : IDisposable
{
    private readonly string folder = Directory.CreateTempSubdirectory("lt2-tokenizer-").FullName;

    public void Dispose() => Directory.Delete(folder, recursive: true);

    [Fact]
    public void A_tokenizer_json_in_the_folder_is_used()
    {
        File.WriteAllText(Path.Combine(folder, "tokenizer.json"), TokenizerJson());
        var tokenizer = CheckpointTokenizer.Open(folder, Metadata("tokenizer.json", 300), Data);
        Assert.Equal([258, 257, '!'], tokenizer.Encode("ababaa!"));
        Assert.Equal(259, tokenizer.EndOfTextId);
    }

    [Fact]
    public void A_vocabulary_with_its_merges_is_used()
    {
        var json = JsonNode.Parse(TokenizerJson())!["model"]!;
        File.WriteAllText(Path.Combine(folder, "vocab.json"), json["vocab"]!.ToJsonString());
        File.WriteAllLines(Path.Combine(folder, "merges.txt"), ["#version: 0.2", .. json["merges"]!.AsArray().Select(merge => (string)merge!)]);
        Assert.Equal([258, 257, '!'], CheckpointTokenizer.Open(folder, Metadata("vocab.json", 300), Data).Encode("ababaa!"));
    }

    [Fact]
    public void A_tokenizer_with_more_ids_than_the_model_is_refused()
    {
        File.WriteAllText(Path.Combine(folder, "tokenizer.json"), TokenizerJson());
        var error = Assert.Throws<PlanException>(() => CheckpointTokenizer.Open(folder, Metadata("tokenizer.json", 256), Data));
        Assert.Contains("has 260 ids, but the model knows 256", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void What_is_missing_is_named()
    {
        Assert.Contains("no tokenizer file", Assert.Throws<TaskException>(() => CheckpointTokenizer.Open(folder, Metadata("tokenizer.json", 300), Data)).Message, StringComparison.Ordinal);
        Assert.Contains("lt2 data get gpt2-vocabulary", Assert.Throws<TaskException>(() => CheckpointTokenizer.Open(folder, Metadata("gpt2", 60_000), Data)).Message, StringComparison.Ordinal);
        Assert.Contains("--suite", Assert.Throws<PlanException>(() => CheckpointTokenizer.Open(folder, Metadata("none", 300), Data)).Message, StringComparison.Ordinal);
        Assert.Equal("byte", CheckpointTokenizer.Open(folder, Metadata("byte", 300), Data).Name);
    }

    private DataFolder Data => new(Path.Combine(folder, "data"));

    private static CheckpointMetadata Metadata(string tokenizer, int vocabulary) => new()
    {
        Definition = VariantCatalogue.Load().Resolve("lt2-gdn@micro").WithVocabulary(vocabulary), Tokenizer = tokenizer, MaximumLength = 64,
    };

    // GPT-2's 256 byte letters at their own byte values, three merges, one special token.
    private static string TokenizerJson()
    {
        var vocabulary = new JsonObject();
        for (int value = 0, hidden = 0; value < 256; value++)
        {
            vocabulary[((char)(value is <= 32 or (>= 127 and <= 160) or 173 ? 256 + hidden++ : value)).ToString()] = value;
        }

        vocabulary["ab"] = 256;
        vocabulary["aa"] = 257;
        vocabulary["abab"] = 258;
        return new JsonObject
        {
            ["added_tokens"] = new JsonArray(new JsonObject { ["id"] = 259, ["content"] = "<|endoftext|>", ["special"] = true }),
            ["pre_tokenizer"] = new JsonObject { ["type"] = "ByteLevel", ["add_prefix_space"] = false, ["use_regex"] = true },
            ["model"] = new JsonObject { ["type"] = "BPE", ["vocab"] = vocabulary, ["merges"] = new JsonArray("a b", "a a", "ab ab") },
        }.ToJsonString();
    }
}
