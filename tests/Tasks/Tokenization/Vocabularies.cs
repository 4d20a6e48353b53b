using System.Text;

namespace LT2.Eval.Tasks.Tests.Tokenization;

/// <summary>Public vocabularies out of SharpToken's assembly, and files made from them in the forms that tokenizers come in.</summary>
internal static class Vocabularies
{
    private static readonly System.Collections.Concurrent.ConcurrentDictionary<string, List<(string Left, string Right)>> MergesByName = new();

    /// <summary>Text of a tiktoken file.</summary>
    public static string Tiktoken(string name)
    {
        using var reader = new StreamReader(typeof(SharpToken.GptEncoding).Assembly.GetManifestResourceStream($"SharpToken.data.{name}.tiktoken")!);
        return reader.ReadToEnd();
    }

    /// <summary>Byte-level entries in the order of ranks.</summary>
    public static List<(string Entry, byte[] Bytes)> Entries(string name) => [.. Tiktoken(name).Split('\n', StringSplitOptions.RemoveEmptyEntries)
        .Select(line => Convert.FromBase64String(line.Split(' ')[0])).Select(bytes => (Letters(bytes), bytes))];

    /// <summary>The merges that build each entry of several bytes: the pair left when it is merged by the ranks below its own.</summary>
    public static List<(string Left, string Right)> Merges(string name) => MergesByName.GetOrAdd(name, key => CreateMerges(Entries(key)));

    private static List<(string Left, string Right)> CreateMerges(List<(string Entry, byte[] Bytes)> entries)
    {
        var ranks = entries.Select((entry, rank) => (entry.Entry, rank)).ToDictionary(pair => pair.Entry, pair => pair.rank);
        var merges = new List<(string, string)>();
        for (var rank = 0; rank < entries.Count; rank++)
        {
            var parts = entries[rank].Entry.Select(letter => letter.ToString()).ToList();
            while (parts.Count > 2)
            {
                var best = Enumerable.Range(0, parts.Count - 1).MinBy(i => ranks.GetValueOrDefault(parts[i] + parts[i + 1], int.MaxValue));
                parts[best] += parts[best + 1];
                parts.RemoveAt(best + 1);
            }

            if (parts.Count == 2)
            {
                merges.Add((parts[0], parts[1]));
            }
        }

        return merges;
    }

    /// <summary>GPT-2's byte letters, written here a second time on purpose.</summary>
    public static string Letters(byte[] bytes)
    {
        var text = new StringBuilder();
        foreach (var value in bytes)
        {
            var hidden = Enumerable.Range(0, value).Count(IsHidden);
            text.Append(IsHidden(value) ? (char)(256 + hidden) : (char)value);
        }

        return text.ToString();
    }

    private static bool IsHidden(int value) => value is <= 32 or (>= 127 and <= 160) or 173;
}
