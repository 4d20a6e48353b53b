using System.Globalization;
using YamlDotNet.RepresentationModel;

namespace LT2.Eval.Harness.Plans;

/// <summary>Reads one YAML mapping field by field, collecting every problem with file, line and field instead of stopping at the first.</summary>
internal sealed class YamlMap
{
    private readonly string file;
    private readonly YamlMappingNode node;
    private readonly string path;
    private readonly List<string> problems;
    private readonly HashSet<string> read = new(StringComparer.Ordinal);

    public YamlMap(string file, YamlMappingNode node, string path, List<string> problems)
    {
        (this.file, this.node, this.path, this.problems) = (file, node, path, problems);
        Line = (int)node.Start.Line;
    }

    public int Line { get; }

    public void Problem(string field, string message, YamlNode? at = null)
        => problems.Add($"{file}:{(at ?? node).Start.Line}: {(path.Length == 0 ? field : $"{path}.{field}")}: {message}");

    public string? Text(string field, bool required = false)
    {
        var value = Find(field, required);
        if (value is YamlScalarNode scalar)
        {
            return scalar.Value;
        }

        if (value is not null)
        {
            Problem(field, "expected a single value.", value);
        }

        return null;
    }

    /// <summary>A whole number; counts of things end at int's range, seeds do not.</summary>
    public long? Integer(string field, long minimum, bool required = false, long maximum = int.MaxValue)
        => Find(field, required) is { } value ? ParseInteger(field, value, minimum, maximum) : null;

    public double? Number(string field, double minimum, bool required = false)
        => Find(field, required) is { } value ? ParseNumber(field, value, minimum) : null;

    public IReadOnlyList<string>? Texts(string field, bool required = false)
        => Items(field, required, item =>
        {
            if (item is YamlScalarNode scalar)
            {
                return scalar.Value;
            }

            Problem(field, "expected single values in this list.", item);
            return null;
        });

    public IReadOnlyList<long>? Integers(string field, long minimum, bool required = false, long maximum = int.MaxValue)
        => Items(field, required, item => ParseInteger(field, item, minimum, maximum));

    public IReadOnlyList<double>? Numbers(string field, double minimum, bool required = false)
        => Items(field, required, item => ParseNumber(field, item, minimum));

    public YamlMap? Map(string field, bool required = false)
    {
        var value = Find(field, required);
        if (value is null)
        {
            return null;
        }

        if (value is YamlMappingNode map)
        {
            return new YamlMap(file, map, Join(field), problems);
        }

        Problem(field, "expected fields below it (name: value).", value);
        return null;
    }

    public IReadOnlyList<YamlMap> Maps(string field, bool required = false)
    {
        var value = Find(field, required);
        if (value is null)
        {
            return [];
        }

        if (value is not YamlSequenceNode sequence)
        {
            Problem(field, "expected a list (lines that begin with '-').", value);
            return [];
        }

        var maps = new List<YamlMap>();
        foreach (var (item, index) in sequence.Select((item, index) => (item, index)))
        {
            if (item is YamlMappingNode map)
            {
                maps.Add(new YamlMap(file, map, $"{Join(field)}[{index}]", problems));
            }
            else
            {
                Problem($"{field}[{index}]", "expected fields (name: value).", item);
            }
        }

        return maps;
    }

    /// <summary>Every field of this map as text; used for task parameters, whose names the suite checks.</summary>
    public IReadOnlyDictionary<string, string> AllTexts()
    {
        var all = new SortedDictionary<string, string>(StringComparer.Ordinal);
        foreach (var (key, value) in node.Children)
        {
            if (key is not YamlScalarNode { Value: { } name })
            {
                Problem("", "a field's name must be a single word.", key);
                continue;
            }

            read.Add(name);
            if (value is YamlScalarNode scalar)
            {
                all[name] = scalar.Value ?? "";
            }
            else if (value is YamlSequenceNode list && list.Children.All(child => child is YamlScalarNode))
            {
                all[name] = string.Join(",", list.Children.Select(child => ((YamlScalarNode)child).Value ?? ""));
            }
            else
            {
                Problem(name, "expected a single value, or a list of them.", value);
            }
        }

        return all;
    }

    public IEnumerable<string> FieldNames() => node.Children.Keys.Select(key => (key as YamlScalarNode)?.Value).OfType<string>();

    /// <summary>Reports fields that nobody asked for, with the nearest known name.</summary>
    public void RejectUnknownFields()
    {
        foreach (var (key, _) in node.Children)
        {
            var name = (key as YamlScalarNode)?.Value ?? "";
            if (!read.Contains(name))
            {
                Problem(name, $"unknown field. {NearestName.Hint(name, read)}", key);
            }
        }
    }

    private string Join(string field) => path.Length == 0 ? field : $"{path}.{field}";

    private YamlNode? Find(string field, bool required)
    {
        read.Add(field);
        if (node.Children.TryGetValue(new YamlScalarNode(field), out var value))
        {
            return value;
        }

        if (required)
        {
            Problem(field, "is missing; add it.");
        }

        return null;
    }

    private IReadOnlyList<T>? Items<T>(string field, bool required, Func<YamlNode, T?> parse)
        where T : notnull => ItemsCore(field, required, node => parse(node) is { } value ? (true, value) : (false, default!));

    private IReadOnlyList<T>? Items<T>(string field, bool required, Func<YamlNode, T?> parse)
        where T : struct => ItemsCore(field, required, node => parse(node) is { } value ? (true, value) : (false, default));

    private List<T>? ItemsCore<T>(string field, bool required, Func<YamlNode, (bool Parsed, T Value)> parse)
    {
        var value = Find(field, required);
        if (value is null)
        {
            return null;
        }

        // A single value is read as a list of one.
        var nodes = value is YamlSequenceNode sequence ? sequence.Children : [value];
        var items = new List<T>();
        foreach (var item in nodes)
        {
            var (parsed, result) = parse(item);
            if (parsed && items.Contains(result))
            {
                Problem(field, string.Create(CultureInfo.InvariantCulture, $"{result} stands here twice; once is enough."), item);
            }
            else if (parsed)
            {
                items.Add(result);
            }
        }

        if (nodes.Count == 0)
        {
            Problem(field, "is empty; name at least one.", value);
        }

        return items;
    }

    private long? ParseInteger(string field, YamlNode value, long minimum, long maximum)
    {
        var text = (value as YamlScalarNode)?.Value;
        if (!long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number))
        {
            Problem(field, $"'{text ?? value.ToString()}' is not a whole number.", value);
            return null;
        }

        if (number < minimum)
        {
            Problem(field, $"{number} is too small; it must be at least {minimum}.", value);
            return null;
        }

        if (number > maximum)
        {
            Problem(field, $"{number} is too large; it must be at most {maximum}.", value);
            return null;
        }

        return number;
    }

    private double? ParseNumber(string field, YamlNode value, double minimum)
    {
        var text = (value as YamlScalarNode)?.Value;
        if (!double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var number) || !double.IsFinite(number))
        {
            Problem(field, $"'{text ?? value.ToString()}' is not a number.", value);
            return null;
        }

        if (number < minimum)
        {
            Problem(field, string.Create(CultureInfo.InvariantCulture, $"{number} is too small; it must be at least {minimum}."), value);
            return null;
        }

        return number;
    }
}
