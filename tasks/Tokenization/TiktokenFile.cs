using System.Globalization;
using System.Text;
using LT2.Eval.Tasks.Contracts;
using Microsoft.ML.Tokenizers;

namespace LT2.Eval.Tasks.Tokenization;

/// <summary>Vocabularies as tiktoken files: a line holds a token's bytes in base 64 and its rank, which is its id.</summary>
public static class TiktokenFile
{
    // End of text is the only special token that scoring needs; further ones only widen the vocabulary.
    private static readonly Dictionary<string, (string Pattern, int EndOfText, int VocabularySize)> Known = new()
    {
        ["r50k_base"] = (SplitPattern.Gpt2, 50256, 50257),
        ["p50k_base"] = (SplitPattern.Gpt2, 50256, 50281),
        ["cl100k_base"] = (SplitPattern.Cl100k, 100257, 100277),
        ["o200k_base"] = (SplitPattern.O200k, 199999, 200019),
    };

    /// <summary>Names of the vocabularies whose splitting pattern is known.</summary>
    public static IReadOnlyCollection<string> Names => Known.Keys;

    /// <summary>Number of ids of one of <see cref="Names"/>, special ones included.</summary>
    internal static int SizeOf(string name) => Known[name].VocabularySize;

    /// <summary>Reads a vocabulary.</summary>
    /// <param name="name">One of <see cref="Names"/>.</param>
    /// <param name="path">The file.</param>
    /// <exception cref="TaskException">The file is missing or damaged.</exception>
    public static ITokenizer Read(string name, string path)
    {
        var (pattern, endOfText, size) = Known[name];
        if (!File.Exists(path))
        {
            throw new TaskException($"There is no vocabulary file '{path}'.");
        }

        var ranks = new Dictionary<int, byte[]>();
        var number = 0;
        foreach (var line in File.ReadLines(path))
        {
            number++;
            var fields = line.Split(' ');
            if (line.Length > 0 && !(fields.Length == 2 && int.TryParse(fields[1], NumberStyles.None, CultureInfo.InvariantCulture, out var rank) && TryDecode(fields[0], out var bytes) && ranks.TryAdd(rank, bytes)))
            {
                throw new TaskException($"'{path}', line {number}: a token in base 64 and its rank are expected.");
            }
        }

        return Create(name, ranks, [SplitPattern.Compile(pattern)], null, size, null, endOfText, addsBeginOfText: false);
    }

    /// <summary>A tokenizer that takes a whole word if it has a rank, and else merges by rank.</summary>
    internal static ITokenizer Create(
        string name,
        Dictionary<int, byte[]> ranks,
        IReadOnlyList<System.Text.RegularExpressions.Regex> patterns,
        Normalizer? normalizer,
        int vocabularySize,
        int? beginOfTextId,
        int? endOfTextId,
        bool addsBeginOfText,
        AddedTokenSplitter? addedTokens = null)
    {
        using var stream = new MemoryStream();
        using (var writer = new StreamWriter(stream, new UTF8Encoding(false), leaveOpen: true))
        {
            foreach (var (rank, bytes) in ranks.OrderBy(pair => pair.Key))
            {
                writer.Write(string.Create(CultureInfo.InvariantCulture, $"{Convert.ToBase64String(bytes)} {rank}\n"));
            }
        }

        stream.Position = 0;
        var tokenizer = TiktokenTokenizer.Create(stream, new WordSplitter(patterns), normalizer, new Dictionary<string, int>());
        return new BytePairTokenizer(name, tokenizer, ranks, vocabularySize, beginOfTextId, endOfTextId, addsBeginOfText, addedTokens);
    }

    private static bool TryDecode(string text, out byte[] bytes)
    {
        bytes = new byte[text.Length];
        var valid = Convert.TryFromBase64String(text, bytes, out var length);
        bytes = bytes[..length];
        return valid;
    }
}
