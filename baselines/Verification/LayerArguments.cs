using System.Globalization;
using System.Text.Json;
using LT2.Eval.Models.Definitions;

namespace LT2.Eval.Models.Verification;

/// <summary>The constructor arguments of an FLA layer as an index names them, with FLA's defaults for those it leaves out. Reading one records it; the rest is refused.</summary>
internal sealed class LayerArguments
{
    /// <summary>Arguments that change how FLA computes or initialises a layer, not what it computes.</summary>
    private static readonly HashSet<string> WithoutEffect = new(StringComparer.Ordinal)
    {
        "cls", "T", "B", "mode", "seed", "note", "dtype", "batch", "chunk_size", "backend", "conv_init", "A_init_range", "dt_min", "dt_max", "dt_init_floor", "fuse_norm",
        "layer_idx", "num_hidden_layers", "norm_eps",
    };

    private readonly Dictionary<string, JsonElement> values;
    private readonly HashSet<string> read = new(StringComparer.Ordinal);

    public LayerArguments(JsonElement json)
        => values = json.EnumerateObject().ToDictionary(p => p.Name, p => p.Value.Clone(), StringComparer.Ordinal);

    private LayerArguments(JsonElement json, HashSet<string> read) : this(json) => this.read = read;

    /// <summary>Other values, for a reader that shares this one's note of what was read.</summary>
    public LayerArguments With(JsonElement json) => new(json, read);

    public bool Gives(string name) => values.ContainsKey(name);

    public int? Integer(string name, int? fallback) => Value(name, out var value)
        ? value.ValueKind == JsonValueKind.Null ? null : Whole(name, value) : fallback;

    public double? Real(string name, double? fallback) => Value(name, out var value)
        ? value.ValueKind switch
        {
            JsonValueKind.Null => null,
            JsonValueKind.Number => value.GetDouble(),
            _ => throw Wrong(name, value, "a number"),
        }
        : fallback;

    public bool Switch(string name, bool fallback) => Value(name, out var value)
        ? value.ValueKind switch
        {
            JsonValueKind.True => true,
            JsonValueKind.False => false,
            _ => throw Wrong(name, value, "true or false"),
        }
        : fallback;

    public string? Word(string name, string? fallback) => Value(name, out var value)
        ? value.ValueKind switch
        {
            JsonValueKind.Null => null,
            JsonValueKind.String => value.GetString(),
            _ => throw Wrong(name, value, "a string"),
        }
        : fallback;

    /// <summary>Takes note of arguments that have no effect here.</summary>
    public void Ignore(IEnumerable<string> names) => read.UnionWith(names);

    public (double Low, double High) Range(string name, double low, double high)
    {
        if (!Value(name, out var value))
        {
            return (low, high);
        }
        return value.ValueKind == JsonValueKind.Array && value.GetArrayLength() == 2 && value[0].ValueKind == JsonValueKind.Number
            ? (value[0].GetDouble(), value[1].ValueKind == JsonValueKind.Number ? value[1].GetDouble() : double.PositiveInfinity)
            : throw Wrong(name, value, "two numbers");
    }

    /// <exception cref="ModelException">Arguments that nobody read.</exception>
    public void RefuseUnread(string layer)
    {
        var unknown = values.Keys.Where(name => !read.Contains(name) && !WithoutEffect.Contains(name)).ToArray();
        if (unknown.Length > 0)
        {
            throw new ModelException($"{layer} has no argument {string.Join(", ", unknown.Select(n => $"'{n}'"))} here.{NearestName.Hint(unknown[0], read)}");
        }
    }

    private bool Value(string name, out JsonElement value)
    {
        read.Add(name);
        return values.TryGetValue(name, out value);
    }

    private static int Whole(string name, JsonElement value)
        => value.ValueKind == JsonValueKind.Number && value.GetDouble() is var number && Math.Floor(number) == number && Math.Abs(number) < int.MaxValue
            ? (int)number
            : throw Wrong(name, value, "a whole number");

    private static ModelException Wrong(string name, JsonElement value, string expected)
        => new(string.Create(CultureInfo.InvariantCulture, $"argument {name} is {value.GetRawText()}; it must be {expected}."));
}
