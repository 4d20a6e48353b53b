using System.IO.Enumeration;
using LT2.Eval.Tasks.TextTasks.Definitions;

namespace LT2.Eval.Tasks.Data.Tables;

/// <summary>What a data set's card (the front matter of README.md) says about the files of its configurations and splits.</summary>
internal static class DatasetCard
{
    /// <summary>Files that the card names for a split, in order; empty if it names none.</summary>
    public static IReadOnlyList<string> FindFiles(string folder, string? configuration, string split)
    {
        var path = Path.Combine(folder, "README.md");
        if (!File.Exists(path) || ReadConfigurations(path) is not { Count: > 0 } configurations)
        {
            return [];
        }

        var chosen = configurations.FirstOrDefault(item => (item.GetValueOrDefault("config_name") as string ?? "default") == (configuration ?? "default"))
            ?? (configuration is null && configurations.Count == 1 ? configurations[0] : null);
        var patterns = (chosen?.GetValueOrDefault("data_files") as IReadOnlyList<object?> ?? []).OfType<IReadOnlyDictionary<string, object?>>()
            .Where(entry => entry.GetValueOrDefault("split") as string == split)
            .SelectMany(entry => entry.GetValueOrDefault("path") switch
            {
                string one => [one],
                IReadOnlyList<object?> many => many.OfType<string>(),
                _ => Enumerable.Empty<string>(),
            })
            .ToList();
        return [.. Directory.EnumerateFiles(folder, "*", SearchOption.AllDirectories)
            .Where(file => patterns.Any(pattern => FileSystemName.MatchesSimpleExpression(pattern, Path.GetRelativePath(folder, file).Replace('\\', '/'), ignoreCase: false)))
            .Order(StringComparer.Ordinal)];
    }

    private static List<IReadOnlyDictionary<string, object?>>? ReadConfigurations(string path)
    {
        var lines = File.ReadLines(path).ToList();
        if (lines.Count == 0 || lines[0] != "---")
        {
            return null;
        }

        var front = string.Join('\n', lines.Skip(1).TakeWhile(line => line != "---"));
        return front.Contains("configs:", StringComparison.Ordinal)
            ? (YamlValues.ReadMap(front, path).GetValueOrDefault("configs") as IReadOnlyList<object?>)?.OfType<IReadOnlyDictionary<string, object?>>().ToList()
            : null;
    }
}
