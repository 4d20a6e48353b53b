using System.Globalization;
using YamlDotNet.Core;
using YamlDotNet.RepresentationModel;

namespace LT2.Eval.Models.Definitions;

/// <summary>A mapping of a YAML file that is read field by field and collects every problem with file, line and field.</summary>
internal sealed class YamlSection
{
    readonly YamlMappingNode node;
    readonly string file;
    readonly string path;
    readonly List<string> problems;
    readonly HashSet<string> read = [];

    YamlSection(YamlMappingNode node, string file, string path, List<string> problems) =>
        (this.node, this.file, this.path, this.problems) = (node, file, path, problems);

    internal static YamlSection? Load(string file, List<string> problems)
    {
        try
        {
            using var reader = new StreamReader(file);
            var documents = YamlDocuments.Load(reader);
            if (documents.Count == 1 && documents[0].RootNode is YamlMappingNode root) return new YamlSection(root, file, "", problems);
            problems.Add($"{file}: it must hold one mapping of fields.");
        }
        catch (YamlException error)
        {
            problems.Add($"{file}:{error.Start.Line}: not YAML: {error.Message}");
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            problems.Add($"{file}: cannot be read: {error.Message}");
        }
        return null;
    }

    internal IEnumerable<string> Keys => node.Children.Keys.OfType<YamlScalarNode>().Select(key => key.Value ?? "");

    internal string? Text(string key) => Child(key) switch
    {
        null => null,
        YamlScalarNode scalar => scalar.Value,
        var other => Wrong<string>(key, other, "one value"),
    };

    internal int? Integer(string key) => Scalar(key) is { } s
        ? int.TryParse(s.Value, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var v) ? v : Wrong<int?>(key, s, "a whole number") : null;

    internal double? Real(string key) => Scalar(key) is { } s
        ? double.TryParse(s.Value, NumberStyles.Float, CultureInfo.InvariantCulture, out var v) ? v : Wrong<double?>(key, s, "a number") : null;

    internal bool? Switch(string key) => Scalar(key) is { } s ? s.Value switch { "true" => true, "false" => false, _ => Wrong<bool?>(key, s, "true or false") } : null;

    internal T? Word<T>(string key) where T : struct, Enum
    {
        if (Scalar(key) is not { } s) return null;
        foreach (var value in Enum.GetValues<T>())
            if (Camel(value.ToString()) == s.Value) return value;
        return Wrong<T?>(key, s, "one of " + string.Join(", ", Enum.GetNames<T>().Select(Camel)));
    }

    internal IReadOnlyList<string>? TextList(string key) => Child(key) switch
    {
        null => null,
        YamlSequenceNode list when list.Children.All(item => item is YamlScalarNode) => [.. list.Children.Cast<YamlScalarNode>().Select(item => item.Value ?? "")],
        var other => Wrong<IReadOnlyList<string>>(key, other, "a list of values"),
    };

    internal YamlSection? Section(string key) => Child(key) switch
    {
        null => null,
        YamlMappingNode map => new YamlSection(map, file, path + key + ".", problems),
        var other => Wrong<YamlSection>(key, other, "a mapping of fields"),
    };

    /// <summary>Where a field stands, for a problem found later.</summary>
    internal string Where(string key) => node.Children.Keys.OfType<YamlScalarNode>().FirstOrDefault(k => k.Value == key) is { } found
        ? $"{file}:{found.Start.Line}: {path}{key}"
        : $"{file}:{node.Start.Line}: {path}{key}";

    internal void Problem(string key, string text) => problems.Add($"{Where(key)}: {text}");

    /// <summary>Reports fields that nobody asked for.</summary>
    internal void Close(params string[] alsoKnown)
    {
        foreach (var key in Keys.Where(key => !read.Contains(key)))
            problems.Add($"{Where(key)}: unknown field.{NearestName.Hint(key, read.Concat(alsoKnown).Order(StringComparer.Ordinal))}");
    }

    internal static string Camel(string name) => char.ToLowerInvariant(name[0]) + name[1..];

    YamlNode? Child(string key)
    {
        read.Add(key);
        return node.Children.FirstOrDefault(pair => pair.Key is YamlScalarNode name && name.Value == key).Value;
    }

    YamlScalarNode? Scalar(string key) => Child(key) switch
    {
        null => null,
        YamlScalarNode scalar => scalar,
        var other => Wrong<YamlScalarNode>(key, other, "one value"),
    };

    T? Wrong<T>(string key, YamlNode found, string need)
    {
        problems.Add($"{Where(key)} is {(found is YamlScalarNode scalar ? $"'{scalar.Value}'" : "not one value")}; it must be {need}.");
        return default;
    }
}
