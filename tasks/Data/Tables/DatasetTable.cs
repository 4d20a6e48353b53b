using LT2.Eval.Tasks.Contracts;
using LT2.Eval.Tasks.Generators;

namespace LT2.Eval.Tasks.Data.Tables;

/// <summary>
/// Rows of a split of a data set laid out as on the Hugging Face hub: files named by the data set's card, or
/// <c>CONFIG/SPLIT-00000-of-00001.parquet</c>, <c>data/SPLIT-….parquet</c>, or <c>SPLIT</c> with <c>.jsonl</c>, <c>.json</c>, <c>.csv</c>,
/// <c>.parquet</c>.
/// </summary>
public static class DatasetTable
{
    private static readonly string[] Extensions = [".parquet", ".jsonl", ".json", ".csv"];

    /// <summary>Reads a split.</summary>
    /// <param name="folder">The data set's folder.</param>
    /// <param name="configuration">Name of its configuration; null for its only one.</param>
    /// <param name="split">For example <c>validation</c>.</param>
    /// <exception cref="TaskException">There is no such split, or a file cannot be read: says what to place where.</exception>
    public static IReadOnlyList<IReadOnlyDictionary<string, object?>> Read(string folder, string? configuration, string split)
    {
        var files = FindFiles(folder, configuration, split);
        if (files.Count == 0)
        {
            throw new TaskException(MissingMessage(folder, configuration, split));
        }

        return [.. files.SelectMany(TableFile.Read)];
    }

    /// <summary>Whether a split's files are there.</summary>
    public static bool Exists(string folder, string? configuration, string split) => FindFiles(folder, configuration, split).Count > 0;

    /// <summary>The files of a split, in order.</summary>
    internal static IReadOnlyList<string> FindFiles(string folder, string? configuration, string split)
    {
        if (DatasetCard.FindFiles(folder, configuration, split) is { Count: > 0 } named)
        {
            return named;
        }

        foreach (var candidate in CandidateFolders(folder, configuration).Where(Directory.Exists))
        {
            var files = Directory.GetFiles(candidate).Where(file => IsOfSplit(Path.GetFileName(file), split)).Order(StringComparer.Ordinal).ToList();
            foreach (var extension in Extensions)
            {
                // One form is read where a folder holds several of the same rows.
                if (files.Where(file => file.EndsWith(extension, StringComparison.Ordinal)).ToList() is { Count: > 0 } chosen)
                {
                    return chosen;
                }
            }
        }

        return [];
    }

    private static IEnumerable<string> CandidateFolders(string folder, string? configuration)
    {
        if (configuration is not null)
        {
            yield return Path.Combine(folder, configuration);
            yield return Path.Combine(folder, "data", configuration);
            yield return Path.Combine(folder, configuration, "data");
        }

        yield return folder;
        yield return Path.Combine(folder, "data");
        yield return Path.Combine(folder, "default");
    }

    // SPLIT.ext, SPLIT-00000-of-00001.ext, SPLIT-00000-of-00001-hash.ext
    private static bool IsOfSplit(string name, string split) => Extensions.Contains(Path.GetExtension(name))
        && name.StartsWith(split, StringComparison.Ordinal)
        && (name.Length == split.Length + Path.GetExtension(name).Length || name[split.Length] is '-' && char.IsAsciiDigit(name[split.Length + 1]));

    private static string MissingMessage(string folder, string? configuration, string split)
    {
        var place = configuration is null ? folder : Path.Combine(folder, configuration);
        var found = Directory.Exists(folder)
            ? Directory.EnumerateFiles(folder, "*", SearchOption.AllDirectories).Select(file => Path.GetRelativePath(folder, file)).Order(StringComparer.Ordinal).Take(20).ToList()
            : [];
        var near = NearestName.Find($"{split}.jsonl", found) is { } name ? $" Is '{name}' meant?" : string.Empty;
        return $"The split '{split}'{(configuration is null ? string.Empty : $" of configuration '{configuration}'")} is not in '{folder}'. "
            + $"Place it there as '{Path.Combine(place, split)}-00000-of-00001.parquet' or '{Path.Combine(place, split)}.jsonl' (.json, .csv). "
            + $"Found: {(found.Count == 0 ? "nothing" : string.Join(", ", found))}.{near}";
    }
}
