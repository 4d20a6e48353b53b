using System.Globalization;
using LT2.Eval.Tasks.Contracts;

namespace LT2.Eval.Tasks.Data;

/// <summary>Reads the data set <c>wordnet</c> (format: the manual pages wndb(5WN) and cntlist(5WN)).</summary>
public static class WordNet
{
    /// <summary>Id of the data set.</summary>
    public const string DatasetId = "wordnet";

    private static readonly (string Name, char Letter, char SenseDigit)[] PartsOfSpeech =
        [("noun", 'n', '1'), ("verb", 'v', '2'), ("adj", 'a', '3'), ("adv", 'r', '4')];

    /// <summary>All synsets, in the order of the files.</summary>
    /// <exception cref="TaskException">The data set is missing.</exception>
    public static IReadOnlyList<WordNetSynset> Read(IDataLocator data)
    {
        var folder = data.Locate(DatasetId);
        var frequencies = ReadFrequencies(File.ReadLines(Path.Combine(folder, "cntlist.rev")));
        return [.. PartsOfSpeech.SelectMany(part => File.ReadLines(Path.Combine(folder, $"data.{part.Name}"), System.Text.Encoding.Latin1)
            .Where(line => line.Length > 0 && line[0] != ' ') // the licence stands in indented lines at the top
            .Select(line => ParseSynset(line, part.Letter, part.SenseDigit, frequencies)))];
    }

    /// <summary>Tag counts by part-of-speech digit and word, summed over senses. A line: <c>dog%1:05:00:: 1 42</c>.</summary>
    internal static Dictionary<string, int> ReadFrequencies(IEnumerable<string> lines)
    {
        var frequencies = new Dictionary<string, int>(StringComparer.Ordinal);
        foreach (var fields in lines.Select(line => line.Split(' ')).Where(fields => fields.Length == 3))
        {
            var percent = fields[0].IndexOf('%', StringComparison.Ordinal);
            var digit = fields[0][percent + 1] == '5' ? '3' : fields[0][percent + 1]; // satellite adjectives are adjectives
            var key = digit + fields[0][..percent];
            frequencies[key] = frequencies.GetValueOrDefault(key) + int.Parse(fields[2], CultureInfo.InvariantCulture);
        }

        return frequencies;
    }

    /// <summary>A data line: offset, file number, part of speech, hexadecimal word count, words with lexical ids, pointers, <c>| gloss</c>.</summary>
    internal static WordNetSynset ParseSynset(string line, char letter, char senseDigit, IReadOnlyDictionary<string, int> frequencies)
    {
        var bar = line.IndexOf(" | ", StringComparison.Ordinal);
        var fields = line[..bar].Split(' ');
        var count = int.Parse(fields[3], NumberStyles.HexNumber, CultureInfo.InvariantCulture);
        var words = Enumerable.Range(0, count).Select(i => WithoutMarker(fields[4 + (2 * i)])).ToList();
        var gloss = line[(bar + 3)..];
        var example = gloss.IndexOf("; \"", StringComparison.Ordinal);
        return new WordNetSynset(
            letter + fields[0],
            int.Parse(fields[1], CultureInfo.InvariantCulture),
            words,
            (example < 0 ? gloss : gloss[..example]).Trim(),
            frequencies.GetValueOrDefault(senseDigit + words[0].ToLowerInvariant()));
    }

    // Adjectives carry their position in brackets: galore(ip).
    private static string WithoutMarker(string word) => word.IndexOf('(', StringComparison.Ordinal) is > 0 and var bracket ? word[..bracket] : word;
}
