using System.Text.Json;

namespace LT2.Eval.Models.Verification;

/// <summary>The attributes of a golden case. Reading one records its name, so that attributes nobody understood can be reported instead of ignored.</summary>
public sealed class GoldenAttributes
{
    /// <summary>Attributes that describe a case without changing what is computed.</summary>
    private static readonly HashSet<string> Descriptive = new(StringComparer.Ordinal)
    {
        "kind", "method", "chunk_hint", "beta_kind", "grad_tolerance", "mid", "causal", "has_ties", "tie_break", "forced_blocks",
        "min_sel_margin", "weight_layout", "q_offset", "note", "comment", "description", "seed", "decay_kind", "regime",
    };

    private readonly Dictionary<string, JsonElement> values;
    private readonly HashSet<string> read = new(StringComparer.Ordinal);

    /// <summary>Keeps the members of a JSON object.</summary>
    public GoldenAttributes(JsonElement json)
        => values = json.EnumerateObject().ToDictionary(p => p.Name, p => p.Value.Clone(), StringComparer.Ordinal);

    private GoldenAttributes() => values = [];

    /// <summary>No attributes.</summary>
    public static GoldenAttributes None => new();

    /// <summary>Attributes that were neither read nor are known to be descriptive.</summary>
    public IReadOnlyList<string> Unread => [.. values.Keys.Where(name => !read.Contains(name) && !Descriptive.Contains(name)).Order(StringComparer.Ordinal)];

    /// <summary>Whether the attribute is there and not null.</summary>
    public bool Has(string name) => Find(name) is not null;

    /// <summary>A number, or null where it is absent.</summary>
    public double? Number(string name) => Find(name) is { } value
        ? value.ValueKind == JsonValueKind.Number ? value.GetDouble() : throw Wrong(name, value, "a number") : null;

    /// <summary>A whole number, or null where it is absent.</summary>
    public long? Integer(string name) => Number(name) is { } value
        ? Math.Floor(value) == value ? (long)value : throw Wrong(name, values[name], "a whole number") : null;

    /// <summary>A flag; absent is false.</summary>
    public bool Flag(string name) => Find(name) is { } value && value.ValueKind switch
    {
        JsonValueKind.True => true,
        JsonValueKind.False => false,
        _ => throw Wrong(name, value, "true or false"),
    };

    /// <summary>A word, or null where it is absent.</summary>
    public string? Word(string name) => Find(name) is { } value
        ? value.ValueKind == JsonValueKind.String ? value.GetString() : throw Wrong(name, value, "a string") : null;

    /// <summary>Two numbers, or null where the attribute is absent.</summary>
    public (double Low, double High)? Range(string name)
    {
        if (Find(name) is not { } value)
        {
            return null;
        }
        return value.ValueKind == JsonValueKind.Array && value.GetArrayLength() == 2
            ? (End(value[0]), End(value[1]))
            : throw Wrong(name, value, "an array of two numbers");

        double End(JsonElement end) => end.ValueKind switch
        {
            JsonValueKind.Number => end.GetDouble(),
            JsonValueKind.String when end.GetString() is "inf" or "Infinity" => double.PositiveInfinity,
            JsonValueKind.Null => double.PositiveInfinity,
            _ => throw Wrong(name, value, "an array of two numbers"),
        };
    }

    private JsonElement? Find(string name)
    {
        read.Add(name);
        return values.TryGetValue(name, out var value) && value.ValueKind != JsonValueKind.Null ? value : null;
    }

    private static ModelException Wrong(string name, JsonElement value, string expected)
        => new($"attribute {name} is {value.GetRawText()}; it must be {expected}.");
}
