using LT2.Eval.Tasks.Contracts;
using LT2.Eval.Tasks.Generators;
using LT2.Eval.Tasks.TextTasks.Python;

namespace LT2.Eval.Tasks.Tokenization;

/// <summary>Tokenizers by name or file.</summary>
public static class TokenizerCatalogue
{
    private const string VocabulariesId = "tiktoken-vocabularies", Gpt2Id = "gpt2-vocabulary";

    /// <summary>Names that need no file of the user's: <c>byte</c> comes with the program, the others with <c>lt2 data get</c>.</summary>
    public static IReadOnlyList<string> Names => ["byte", "gpt2", .. TiktokenFile.Names];

    /// <summary>Data set that a named tokenizer needs; null if it needs none.</summary>
    public static string? DatasetOf(string name) => name switch
    {
        "gpt2" => Gpt2Id,
        _ when TiktokenFile.Names.Contains(name) => VocabulariesId,
        _ => null,
    };

    /// <summary>Loads a tokenizer.</summary>
    /// <param name="nameOrPath">One of <see cref="Names"/>, a <c>tokenizer.json</c>, a folder that holds one, or a <c>.tiktoken</c> file.</param>
    /// <param name="data">Where vocabularies lie.</param>
    /// <exception cref="TaskException">Unknown name, missing or unreadable file.</exception>
    public static ITokenizer Load(string nameOrPath, IDataLocator data)
    {
        if (nameOrPath == "byte")
        {
            return new ByteTokenizer();
        }

        if (nameOrPath == "gpt2")
        {
            return ReadGpt2(data.Locate(Gpt2Id));
        }

        if (TiktokenFile.Names.Contains(nameOrPath))
        {
            return TiktokenFile.Read(nameOrPath, Path.Combine(data.Locate(VocabulariesId), nameOrPath + ".tiktoken"));
        }

        if (Directory.Exists(nameOrPath))
        {
            return HuggingFaceTokenizerFile.Read(Path.Combine(nameOrPath, "tokenizer.json"));
        }

        if (nameOrPath.EndsWith(".json", StringComparison.Ordinal))
        {
            return HuggingFaceTokenizerFile.Read(nameOrPath);
        }

        if (nameOrPath.EndsWith(".tiktoken", StringComparison.Ordinal))
        {
            var name = Path.GetFileNameWithoutExtension(nameOrPath);
            return TiktokenFile.Names.Contains(name)
                ? TiktokenFile.Read(name, nameOrPath)
                : throw new TaskException($"'{nameOrPath}': how the vocabulary '{name}' splits words is not known. {NearestName.Hint(name, TiktokenFile.Names)}");
        }

        throw new TaskException($"There is no tokenizer '{nameOrPath}'. {NearestName.Hint(nameOrPath, Names)} A tokenizer.json, its folder or a .tiktoken file can be named too.");
    }

    // The original pair of files: ids by byte letters, and merges in order below a line with the version.
    private static ITokenizer ReadGpt2(string folder)
    {
        var entries = (IReadOnlyDictionary<string, object?>)PythonJson.Parse(File.ReadAllText(Path.Combine(folder, "encoder.json")))!;
        var vocabulary = entries.ToDictionary(pair => pair.Key, pair => (int)(long)pair.Value!);
        var options = new Microsoft.ML.Tokenizers.BpeOptions(vocabulary)
        {
            Merges = [.. File.ReadLines(Path.Combine(folder, "vocab.bpe")).Where(line => line.Length > 0 && !line.StartsWith("#version", StringComparison.Ordinal))],
            ByteLevel = true,
            PreTokenizer = new WordSplitter([SplitPattern.Compile(SplitPattern.Gpt2)]),
        };
        var endOfText = vocabulary["<|endoftext|>"];
        var pieces = vocabulary.Where(pair => pair.Value != endOfText).ToDictionary(pair => pair.Value, pair => ByteLetters.TryRead(pair.Key)!);
        return new BytePairTokenizer("gpt2", Microsoft.ML.Tokenizers.BpeTokenizer.Create(options), pieces, vocabulary.Count, null, endOfText, addsBeginOfText: false);
    }
}
