using System.Text;
using System.Text.RegularExpressions;
using LT2.Eval.Tasks.Contracts;
using LT2.Eval.Tasks.TextTasks.Python;
using Microsoft.ML.Tokenizers;
using Map = System.Collections.Generic.IReadOnlyDictionary<string, object?>;

namespace LT2.Eval.Tasks.Tokenization;

/// <summary>
/// Reads a Hugging Face <c>tokenizer.json</c> with a byte-level byte-pair model (GPT-2, Llama 3, SmolLM2, Qwen and their like), and the
/// names of special tokens from <c>tokenizer_config.json</c> beside it.
/// </summary>
public static class HuggingFaceTokenizerFile
{
    /// <summary>Reads a file.</summary>
    /// <exception cref="TaskException">It is missing, damaged, or of a kind that is not byte-level BPE: says which part.</exception>
    public static ITokenizer Read(string path)
    {
        if (!File.Exists(path))
        {
            throw new TaskException($"There is no tokenizer file '{path}'.");
        }

        try
        {
            return Read(path, (Map)PythonJson.Parse(File.ReadAllText(path))!, ReadConfiguration(Path.Combine(Path.GetDirectoryName(path)!, "tokenizer_config.json")));
        }
        catch (Exception exception) when (exception is System.Text.Json.JsonException or InvalidCastException or KeyNotFoundException or NullReferenceException
            or ArgumentException or InvalidOperationException or FormatException or OverflowException)
        {
            throw new TaskException($"'{path}' is no tokenizer.json that can be read: {exception.Message}");
        }
    }

    private static ITokenizer Read(string path, Map file, Map configuration)
    {
        var model = (Map)file["model"]!;
        if (model.GetValueOrDefault("type") as string is { } type and not "BPE")
        {
            throw new TaskException($"'{path}' holds a {type} model; byte-level BPE is read.");
        }

        var patterns = new List<Regex>();
        if (!ReadPatterns(path, file.GetValueOrDefault("pre_tokenizer") as Map, patterns))
        {
            throw new TaskException($"'{path}' has no ByteLevel pre-tokenizer; byte-level BPE is read, SentencePiece-like BPE is not.");
        }

        var vocabulary = ((Map)model["vocab"]!).ToDictionary(pair => pair.Key, pair => (int)(long)pair.Value!);
        var addedTokens = AddedToken.ReadAll(path, file);
        var added = addedTokens.ToDictionary(token => token.Content, token => token.Id);
        var pieces = new Dictionary<int, byte[]>();
        foreach (var (entry, id) in vocabulary.Where(pair => !added.ContainsKey(pair.Key)))
        {
            pieces[id] = ByteLetters.TryRead(entry) ?? throw new TaskException($"'{path}': the entry '{entry}' is not written in byte letters.");
        }

        var size = Math.Max(vocabulary.Values.Max(), added.Values.DefaultIfEmpty(-1).Max()) + 1;
        var begin = Find(configuration, "bos_token", vocabulary, added, "<|begin_of_text|>", "<s>");
        var end = Find(configuration, "eos_token", vocabulary, added, "<|end_of_text|>", "<|endoftext|>", "</s>");
        var addsBegin = configuration.GetValueOrDefault("add_bos_token") is bool flag ? flag : AddsBegin(file, begin, added, vocabulary);
        var normalizer = ReadNormalizer(path, file.GetValueOrDefault("normalizer") as Map);
        var splitter = addedTokens.All(token => token.IsSpecial) ? null : new AddedTokenSplitter(addedTokens, normalizer);
        var name = configuration.GetValueOrDefault("name_or_path") as string ?? Path.GetFileName(Path.GetDirectoryName(Path.GetFullPath(path))!);
        if (model.GetValueOrDefault("ignore_merges") is true)
        {
            // Whole words first, then merges in the order of ids: the way of tiktoken, from which such vocabularies come.
            var ranks = vocabulary.Where(pair => !added.ContainsKey(pair.Key)).ToDictionary(pair => pair.Value, pair => pieces[pair.Value]);
            return TiktokenFile.Create(name, ranks, patterns, normalizer, size, begin, end, addsBegin, splitter);
        }

        var merges = ((IReadOnlyList<object?>)model["merges"]!).Select(merge => merge as string ?? string.Join(' ', ((IReadOnlyList<object?>)merge!).Cast<string>()));
        var options = new BpeOptions(vocabulary) { Merges = [.. merges], ByteLevel = true, PreTokenizer = new WordSplitter(patterns), Normalizer = normalizer };
        return new BytePairTokenizer(name, BpeTokenizer.Create(options), pieces, size, begin, end, addsBegin, splitter);
    }

    // Gives whether the chain ends in bytes.
    private static bool ReadPatterns(string path, Map? preTokenizer, List<Regex> patterns)
    {
        switch (preTokenizer?.GetValueOrDefault("type"))
        {
            case "Sequence":
                return ((IReadOnlyList<object?>)preTokenizer["pretokenizers"]!).Cast<Map>().Aggregate(false, (byteLevel, part) => ReadPatterns(path, part, patterns) || byteLevel);
            case "Digits":
                patterns.Add(SplitPattern.Compile(preTokenizer.GetValueOrDefault("individual_digits") is true ? @"\p{N}" : @"\p{N}+"));
                return false;
            case "Split" when preTokenizer["pattern"] is Map pattern && preTokenizer.GetValueOrDefault("behavior") is "Isolated" && preTokenizer.GetValueOrDefault("invert") is not true:
                patterns.Add(SplitPattern.Compile(pattern.GetValueOrDefault("Regex") as string ?? Regex.Escape((string)pattern["String"]!)));
                return false;
            case "Split" when preTokenizer["pattern"] is Map pattern && preTokenizer.GetValueOrDefault("behavior") is "Removed" && preTokenizer.GetValueOrDefault("invert") is true:
                patterns.Add(SplitPattern.Compile(pattern.GetValueOrDefault("Regex") as string ?? Regex.Escape((string)pattern["String"]!)));
                return false;
            case "ByteLevel":
                if (preTokenizer.GetValueOrDefault("add_prefix_space") is true)
                {
                    throw new TaskException($"'{path}': a ByteLevel pre-tokenizer that adds a blank before the text is not read.");
                }

                if (preTokenizer.GetValueOrDefault("use_regex") is not false)
                {
                    patterns.Add(SplitPattern.Compile(SplitPattern.Gpt2));
                }

                return true;
            case null:
                return false;
            case var other:
                throw new TaskException($"'{path}': the pre-tokenizer '{other}' in this form is not read; Sequence, Digits, Split (Isolated) and ByteLevel are.");
        }
    }

    private static Normalizer? ReadNormalizer(string path, Map? normalizer) => normalizer?.GetValueOrDefault("type") switch
    {
        null => null,
        "NFC" => new UnicodeNormalizer(NormalizationForm.FormC),
        "NFD" => new UnicodeNormalizer(NormalizationForm.FormD),
        "NFKC" => new UnicodeNormalizer(NormalizationForm.FormKC),
        "NFKD" => new UnicodeNormalizer(NormalizationForm.FormKD),
        "Sequence" when (IReadOnlyList<object?>)normalizer["normalizers"]! is { Count: <= 1 } parts => parts.Count == 0 ? null : ReadNormalizer(path, (Map)parts[0]!),
        var other => throw new TaskException($"'{path}': the normalizer '{other}' is not read; NFC, NFD, NFKC and NFKD are."),
    };

    private static Map ReadConfiguration(string path) => File.Exists(path) ? (Map)PythonJson.Parse(File.ReadAllText(path))! : new Dictionary<string, object?>();

    private static int? Find(Map configuration, string field, Dictionary<string, int> vocabulary, Dictionary<string, int> added, params string[] usual)
    {
        var named = configuration.GetValueOrDefault(field) switch
        {
            string text => text,
            Map token => token.GetValueOrDefault("content") as string,
            _ => null,
        };
        IEnumerable<string> candidates = !configuration.ContainsKey(field) ? usual : named is null ? [] : [named];
        foreach (var candidate in candidates)
        {
            if (added.TryGetValue(candidate, out var id) || vocabulary.TryGetValue(candidate, out id))
            {
                return id;
            }
        }

        return null;
    }

    // A template that begins with the special token itself.
    private static bool AddsBegin(Map file, int? begin, Dictionary<string, int> added, Dictionary<string, int> vocabulary)
    {
        static IEnumerable<Map> Templates(Map? processor) => processor?.GetValueOrDefault("type") switch
        {
            "Sequence" => ((IReadOnlyList<object?>)processor["processors"]!).Cast<Map>().SelectMany(Templates),
            "TemplateProcessing" => [processor],
            _ => [],
        };
        return begin is not null && Templates(file.GetValueOrDefault("post_processor") as Map).Any(template =>
            (template["single"] as IReadOnlyList<object?>)?.FirstOrDefault() is Map first
            && first.GetValueOrDefault("SpecialToken") is Map special
            && special["id"] is string content
            && (added.TryGetValue(content, out var id) || vocabulary.TryGetValue(content, out id))
            && id == begin);
    }
}
