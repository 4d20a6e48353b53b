using System.Globalization;
using LT2.Eval.Tasks.Contracts;
using YamlDotNet.Core;
using YamlDotNet.RepresentationModel;

namespace LT2.Eval.Tasks.TextTasks.Definitions;

/// <summary>Reads YAML into plain values: null, bool, long, double, string, lists, ordered maps, function references.</summary>
internal static class YamlValues
{
    /// <summary>The map that a YAML text holds.</summary>
    /// <param name="yaml">The text.</param>
    /// <param name="place">File name for messages.</param>
    /// <exception cref="TaskException">It is no YAML map; names file and line.</exception>
    public static OrderedDictionary<string, object?> ReadMap(string yaml, string place)
    {
        var stream = new YamlStream();
        var parser = new Parser(new StringReader(yaml));
        try
        {
            stream.Load(parser);
        }
        catch (YamlException exception)
        {
            throw new TaskException($"{place}, line {exception.Start.Line}: {exception.Message}");
        }
        catch (Exception exception) when (exception is InvalidOperationException or ArgumentException)
        {
            // The library's scanner and its tree end so on some unclosed lists and on keys that occur twice.
            throw new TaskException($"{place}, line {parser.Current?.End.Line ?? 1}: the text cannot be read from about here on; look for a bracket or a quote that is not closed, and for a key that stands twice.");
        }

        return stream.Documents.Count == 1 && Convert(stream.Documents[0].RootNode) is OrderedDictionary<string, object?> map
            ? map
            : throw new TaskException($"{place}: a YAML map of fields is needed.");
    }

    private static object? Convert(YamlNode node) => node switch
    {
        YamlScalarNode { Tag: { IsEmpty: false, Value: "!function" } } scalar => new FunctionReference(scalar.Value ?? string.Empty),
        YamlScalarNode scalar => scalar.Style == ScalarStyle.Plain ? Plain(scalar.Value ?? string.Empty) : scalar.Value,
        YamlSequenceNode sequence => sequence.Children.Select(Convert).ToList(),
        YamlMappingNode map => ConvertMap(map),
        _ => throw new InvalidOperationException($"Unknown YAML node {node.NodeType}."),
    };

    private static OrderedDictionary<string, object?> ConvertMap(YamlMappingNode node)
    {
        var map = new OrderedDictionary<string, object?>();
        foreach (var (key, value) in node.Children)
        {
            map[((YamlScalarNode)key).Value ?? string.Empty] = Convert(value);
        }

        return map;
    }

    // YAML 1.2's core schema.
    private static object? Plain(string text) => text switch
    {
        "" or "null" or "Null" or "~" => null,
        "true" or "True" => true,
        "false" or "False" => false,
        _ when long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var whole) => whole,
        _ when text.AsSpan().ContainsAnyInRange('0', '9') && text[0] is (>= '0' and <= '9') or '-' or '.' or '+'
            && double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var real) => real,
        _ => text,
    };
}
