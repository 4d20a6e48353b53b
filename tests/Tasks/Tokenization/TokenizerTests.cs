using System.Text.Json;
using System.Text.Json.Nodes;
using LT2.Eval.Tasks.Contracts;
using LT2.Eval.Tasks.Data;
using LT2.Eval.Tasks.Tests.Data;
using LT2.Eval.Tasks.Tokenization;

namespace LT2.Eval.Tasks.Tests.Tokenization;

public sealed class TokenizerTests : IDisposable
{
    // Ids of the npm package gpt-tokenizer 4.0.0, told to treat special tokens as text. A byte order mark is not among the strings:
    // JavaScript's \s counts it as a blank, the original's does not.
    private static readonly JsonElement[] Awkward = [.. JsonDocument.Parse(File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "Tokenization", "awkward-strings.json")))
        .RootElement.GetProperty("cases").EnumerateArray()];

    private readonly TemporaryFolder temporary = new();

    public void Dispose() => temporary.Dispose();

    [Theory]
    [InlineData("r50k_base")]
    [InlineData("cl100k_base")]
    [InlineData("o200k_base")]
    public void Tiktoken_vocabularies_give_the_original_ids_on_awkward_strings(string name)
    {
        var tokenizer = TokenizerCatalogue.Load(temporary.Write($"{name}.tiktoken", Vocabularies.Tiktoken(name)), Data);
        AssertEqualIds(tokenizer, name);
    }

    [Fact]
    public void A_tokenizer_json_with_merges_gives_the_original_ids()
    {
        var tokenizer = TokenizerCatalogue.Load(WriteTokenizer("r50k_base", ByteLevel(useRegex: true), ignoreMerges: false, mergesAsPairs: true), Data);
        AssertEqualIds(tokenizer, "r50k_base");
        Assert.Equal(50258, tokenizer.VocabularySize);
        Assert.Equal(50257, tokenizer.EndOfTextId);
        Assert.Null(tokenizer.BeginOfTextId);
        Assert.Equal(50257, tokenizer.PrefixId);
    }

    [Theory]
    [InlineData(@"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+")]
    [InlineData(@"'(?i:[sdmt]|ll|ve|re)|[^\r\n\p{L}\p{N}]?+\p{L}++|\p{N}{1,3}| ?[^\s\p{L}\p{N}]++[\r\n]*+|\s*[\r\n]+|\s+(?!\S)|\s++")]
    public void A_Llama_3_shaped_tokenizer_json_gives_the_original_ids_and_begins_texts(string pattern)
    {
        var chain = new JsonObject
        {
            ["type"] = "Sequence",
            ["pretokenizers"] = new JsonArray(
                new JsonObject { ["type"] = "Split", ["pattern"] = new JsonObject { ["Regex"] = pattern }, ["behavior"] = "Isolated", ["invert"] = false },
                ByteLevel(useRegex: false)),
        };
        var tokenizer = TokenizerCatalogue.Load(WriteTokenizer("cl100k_base", chain, ignoreMerges: true, mergesAsPairs: false, "<|begin_of_text|>"), Data);
        AssertEqualIds(tokenizer, "cl100k_base");
        Assert.Equal(100256, tokenizer.BeginOfTextId);
        Assert.True(tokenizer.AddsBeginOfText);
    }

    [Fact]
    public void A_SmolLM2_shaped_tokenizer_json_splits_every_digit_first()
    {
        var chain = new JsonObject
        {
            ["type"] = "Sequence",
            ["pretokenizers"] = new JsonArray(new JsonObject { ["type"] = "Digits", ["individual_digits"] = true }, ByteLevel(useRegex: true)),
        };
        var folder = Path.GetDirectoryName(WriteTokenizer("r50k_base", chain, ignoreMerges: false, mergesAsPairs: false))!;
        var digits = TokenizerCatalogue.Load(folder, Data);
        var plain = TokenizerCatalogue.Load(temporary.Write("plain/r50k_base.tiktoken", Vocabularies.Tiktoken("r50k_base")), Data);

        Assert.Equal([.. plain.Encode("in"), .. plain.Encode(" "), .. plain.Encode("1"), .. plain.Encode("2"), .. plain.Encode(" BC")], digits.Encode("in 12 BC"));
        Assert.All(Awkward.Select(item => item.GetProperty("text").GetString()!), text =>
            Assert.Equal(Pieces(text).SelectMany(plain.Encode), digits.Encode(text)));
    }

    [Fact]
    public void Every_text_is_decoded_to_itself()
    {
        var tokenizer = TokenizerCatalogue.Load(temporary.Write("o200k_base.tiktoken", Vocabularies.Tiktoken("o200k_base")), Data);
        Assert.All(Awkward, item => Assert.Equal(item.GetProperty("text").GetString(), tokenizer.Decode(tokenizer.Encode(item.GetProperty("text").GetString()!))));
    }

    [Fact]
    public void Other_kinds_of_tokenizers_are_refused_by_name()
    {
        Assert.Contains("Unigram", Refusal("""{"model": {"type": "Unigram"}}"""));
        Assert.Contains("no ByteLevel", Refusal("""{"model": {"type": "BPE", "vocab": {}, "merges": []}, "pre_tokenizer": null}"""));
        Assert.Contains("'Metaspace'", Refusal("""{"model": {"type": "BPE", "vocab": {}, "merges": []}, "pre_tokenizer": {"type": "Metaspace"}}"""));
        Assert.Contains("no tokenizer.json", Refusal("{}"));
        Assert.Contains("no tokenizer.json", Refusal("not JSON"));
    }

    [Fact]
    public void Names_that_are_unknown_or_not_brought_yet_say_what_to_do()
    {
        Assert.Contains("Did you mean 'cl100k_base'?", Assert.Throws<TaskException>(() => TokenizerCatalogue.Load("cl100k_bas", Data)).Message);
        Assert.Contains("lt2 data get tiktoken-vocabularies", Assert.Throws<TaskException>(() => TokenizerCatalogue.Load("o200k_base", Data)).Message);
        Assert.Contains("lt2 data get gpt2-vocabulary", Assert.Throws<TaskException>(() => TokenizerCatalogue.Load("gpt2", Data)).Message);
        Assert.Equal("byte", TokenizerCatalogue.Load("byte", Data).Name);
    }

    [Fact]
    public void A_damaged_vocabulary_file_is_named_with_its_line()
    {
        var path = temporary.Write("r50k_base.tiktoken", "IQ== 0\nIg== one\n");
        Assert.Equal($"'{path}', line 2: a token in base 64 and its rank are expected.", Assert.Throws<TaskException>(() => TokenizerCatalogue.Load(path, Data)).Message);
    }

    private DataFolder Data => new(Path.Combine(temporary.Path, "data"));

    // Digits by themselves and what lies between them: what the pre-tokenizer Digits does, by hand.
    private static List<string> Pieces(string text)
    {
        var pieces = new List<string>();
        var afterDigit = true;
        foreach (var rune in text.EnumerateRunes())
        {
            var digit = System.Text.Rune.IsNumber(rune);
            if (digit || afterDigit)
            {
                pieces.Add(string.Empty);
            }

            pieces[^1] += rune.ToString();
            afterDigit = digit;
        }

        return pieces;
    }

    private static JsonObject ByteLevel(bool useRegex) => new() { ["type"] = "ByteLevel", ["add_prefix_space"] = false, ["trim_offsets"] = true, ["use_regex"] = useRegex };

    private static void AssertEqualIds(ITokenizer tokenizer, string name)
    {
        Assert.True(Awkward.Length >= 200);
        Assert.All(Awkward, item => Assert.Equal(
            item.GetProperty(name).EnumerateArray().Select(id => id.GetInt32()), tokenizer.Encode(item.GetProperty("text").GetString()!)));
    }

    private string Refusal(string content) => Assert.Throws<TaskException>(() => TokenizerCatalogue.Load(temporary.Write("odd/tokenizer.json", content), Data)).Message;

    private string WriteTokenizer(string vocabularyName, JsonObject preTokenizer, bool ignoreMerges, bool mergesAsPairs, string? beginOfText = null)
    {
        var entries = Vocabularies.Entries(vocabularyName);
        var vocabulary = new JsonObject();
        foreach (var (entry, rank) in entries.Select((entry, rank) => (entry.Entry, rank)))
        {
            vocabulary[entry] = rank;
        }

        var special = new List<string> { "<|endoftext|>" };
        if (beginOfText is not null)
        {
            special.Insert(0, beginOfText);
        }
        else
        {
            vocabulary["unused"] = entries.Count; // an id between the ranks and the special token, as r50k has none
        }

        var merges = ignoreMerges ? [] : Vocabularies.Merges(vocabularyName);
        var file = new JsonObject
        {
            ["added_tokens"] = new JsonArray([.. special.Select((content, i) => (JsonNode)new JsonObject { ["id"] = vocabulary.Count + i, ["content"] = content, ["special"] = true })]),
            ["normalizer"] = null,
            ["pre_tokenizer"] = preTokenizer,
            ["post_processor"] = beginOfText is null ? null : new JsonObject
            {
                ["type"] = "Sequence",
                ["processors"] = new JsonArray(new JsonObject
                {
                    ["type"] = "TemplateProcessing",
                    ["single"] = new JsonArray(
                        new JsonObject { ["SpecialToken"] = new JsonObject { ["id"] = beginOfText, ["type_id"] = 0 } },
                        new JsonObject { ["Sequence"] = new JsonObject { ["id"] = "A", ["type_id"] = 0 } }),
                }),
            },
            ["model"] = new JsonObject
            {
                ["type"] = "BPE",
                ["ignore_merges"] = ignoreMerges,
                ["vocab"] = vocabulary,
                ["merges"] = new JsonArray([.. merges.Select(merge => (JsonNode)(mergesAsPairs ? new JsonArray(merge.Left, merge.Right) : JsonValue.Create($"{merge.Left} {merge.Right}")))]),
            },
        };
        return temporary.Write("model/tokenizer.json", file.ToJsonString());
    }
}
