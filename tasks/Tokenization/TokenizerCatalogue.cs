using LT2.Eval.Tasks.Contracts;
using LT2.Eval.Tasks.Generators;
using LT2.Eval.Tasks.TextTasks.Python;

namespace LT2.Eval.Tasks.Tokenization;

/// <summary>Tokenizers by name or file.</summary>
public static class TokenizerCatalogue
{
    private const int Gpt2Size = 50257;

    private const string VocabulariesId = "tiktoken-vocabularies", Gpt2Id = "gpt2-vocabulary", Gpt2 = "gpt2", VocabularyFile = "vocab.json", MergesFile = "merges.txt";

    /// <summary>Names that need no file of the user's: <c>byte</c> comes with the program, the others with <c>lt2 data get</c>.</summary>
    public static IReadOnlyList<string> Names => ["byte", Gpt2, .. TiktokenFile.Names];

    /// <summary>Data set that a named tokenizer needs; null if it needs none.</summary>
    public static string? DatasetOf(string name) => name switch
    {
        Gpt2 => Gpt2Id,
        _ when TiktokenFile.Names.Contains(name) => VocabulariesId,
        _ => null,
    };

    /// <summary>Number of ids of one of <see cref="Names"/>, known without its data; null for anything else.</summary>
    public static int? VocabularySizeOf(string name) => name switch
    {
        "byte" => new ByteTokenizer().VocabularySize,
        Gpt2 => Gpt2Size,
        _ when TiktokenFile.Names.Contains(name) => TiktokenFile.SizeOf(name),
        _ => null,
    };

    /// <summary>Loads a Hugging Face <c>tokenizer.json</c>.</summary>
    /// <exception cref="TaskException">It is none, missing or unreadable.</exception>
    public static ITokenizer LoadFile(string path) => path.EndsWith(".json", StringComparison.Ordinal) && Path.GetFileName(path) != VocabularyFile
        ? HuggingFaceTokenizerFile.Read(path)
        : throw new TaskException($"There is no tokenizer '{path}'. {NearestName.Hint(path, Names)} The path of a tokenizer.json can be named too.");

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

        if (nameOrPath == Gpt2)
        {
            var folder = data.Locate(Gpt2Id);
            return ReadPair(Gpt2, Path.Combine(folder, "encoder.json"), Path.Combine(folder, "vocab.bpe"));
        }

        if (TiktokenFile.Names.Contains(nameOrPath))
        {
            return TiktokenFile.Read(nameOrPath, Path.Combine(data.Locate(VocabulariesId), nameOrPath + ".tiktoken"));
        }

        if (Directory.Exists(nameOrPath))
        {
            var file = Path.Combine(nameOrPath, "tokenizer.json");
            return !File.Exists(file) && File.Exists(Path.Combine(nameOrPath, VocabularyFile))
                ? ReadPair(Path.GetFileName(Path.GetFullPath(nameOrPath)), Path.Combine(nameOrPath, VocabularyFile), Path.Combine(nameOrPath, MergesFile))
                : HuggingFaceTokenizerFile.Read(file);
        }

        if (Path.GetFileName(nameOrPath) == VocabularyFile)
        {
            return ReadPair(Path.GetFileName(Path.GetDirectoryName(Path.GetFullPath(nameOrPath))!), nameOrPath, Path.Combine(Path.GetDirectoryName(nameOrPath)!, MergesFile));
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

        throw new TaskException($"There is no tokenizer '{nameOrPath}'. {NearestName.Hint(nameOrPath, Names)} A tokenizer.json, a vocab.json with its merges.txt, their folder or a .tiktoken file can be named too.");
    }

    // GPT-2's pair of files: ids by byte letters, and merges in order below a line with the version.
    private static BytePairTokenizer ReadPair(string name, string vocabularyPath, string mergesPath)
    {
        foreach (var path in new[] { vocabularyPath, mergesPath }.Where(path => !File.Exists(path)))
        {
            throw new TaskException($"There is no tokenizer file '{path}'; the vocabulary and its merges belong together.");
        }

        var entries = (IReadOnlyDictionary<string, object?>)PythonJson.Parse(File.ReadAllText(vocabularyPath))!;
        var vocabulary = entries.ToDictionary(pair => pair.Key, pair => (int)(long)pair.Value!);
        var options = new Microsoft.ML.Tokenizers.BpeOptions(vocabulary)
        {
            Merges = [.. File.ReadLines(mergesPath).Where(line => line.Length > 0 && !line.StartsWith("#version", StringComparison.Ordinal))],
            ByteLevel = true,
            PreTokenizer = new WordSplitter([SplitPattern.Compile(SplitPattern.Gpt2)]),
        };
        int? endOfText = vocabulary.TryGetValue("<|endoftext|>", out var end) ? end : null;
        var pieces = vocabulary.Where(pair => pair.Value != endOfText).ToDictionary(pair => pair.Value, pair => ByteLetters.TryRead(pair.Key)!);
        return new BytePairTokenizer(name, Microsoft.ML.Tokenizers.BpeTokenizer.Create(options), pieces, vocabulary.Count, null, endOfText, addsBeginOfText: false);
    }
}
