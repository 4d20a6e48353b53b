using System.Text.Json;
using System.Text.RegularExpressions;

namespace LT2.Eval.Models.Verification;

/// <summary>Reads golden cases: JSON of schema 1, one file a mixer. Whatever is damaged becomes a damaged case with the reason; nothing is thrown for content.</summary>
public static partial class GoldenFile
{
    /// <summary>The schema this reader understands.</summary>
    public const int Schema = 1;

    /// <summary>All cases of a file.</summary>
    public static IReadOnlyList<GoldenCase> Read(string path)
    {
        var source = Path.GetFileName(path);
        try
        {
            using var json = JsonDocument.Parse(InfiniteNumber().Replace(File.ReadAllText(path), "$1\"inf\""));
            return ReadFile(source, json.RootElement);
        }
        catch (Exception error) when (error is JsonException or IOException or UnauthorizedAccessException or InvalidOperationException or FormatException)
        {
            return [GoldenCase.Damaged(source, "?", "(file)", $"{source} can't be read as golden cases: {error.Message}")];
        }
    }

    private static List<GoldenCase> ReadFile(string source, JsonElement root)
    {
        if (root.ValueKind != JsonValueKind.Object || !root.TryGetProperty("mixer", out var mixerValue) || mixerValue.ValueKind != JsonValueKind.String
            || !root.TryGetProperty("cases", out var cases) || cases.ValueKind != JsonValueKind.Array)
        {
            return [GoldenCase.Damaged(source, "?", "(file)", $"{source} is not a file of golden cases: it needs an object with \"mixer\" (a string) and \"cases\" (an array).")];
        }
        var mixer = mixerValue.GetString()!;
        if (root.TryGetProperty("schema", out var schema) && (schema.ValueKind != JsonValueKind.Number || schema.GetDouble() != Schema))
        {
            return [GoldenCase.Damaged(source, mixer, "(file)", $"{source} has schema {schema.GetRawText()}; this build reads schema {Schema}.")];
        }
        return [.. cases.EnumerateArray().Select((value, index) => ReadCase(source, mixer, index, value))];
    }

    private static GoldenCase ReadCase(string source, string mixer, int index, JsonElement value)
    {
        var name = value.ValueKind == JsonValueKind.Object && value.TryGetProperty("name", out var text) && text.ValueKind == JsonValueKind.String
            ? text.GetString()! : $"(case {index})";
        try
        {
            if (!value.TryGetProperty("attrs", out var attributes) || attributes.ValueKind != JsonValueKind.Object)
            {
                throw new FormatException("it has no object \"attrs\"");
            }
            return new GoldenCase(source, mixer, name, new GoldenAttributes(attributes), Tensors(value, "inputs"), Tensors(value, "outputs"));
        }
        catch (Exception error) when (error is FormatException or InvalidOperationException or OverflowException)
        {
            return GoldenCase.Damaged(source, mixer, name, $"the case is damaged: {error.Message}");
        }
    }

    private static Dictionary<string, GoldenTensor> Tensors(JsonElement value, string member)
    {
        if (!value.TryGetProperty(member, out var group) || group.ValueKind != JsonValueKind.Object)
        {
            throw new FormatException($"it has no object \"{member}\"");
        }
        return group.EnumerateObject().ToDictionary(p => p.Name, p => ReadTensor($"{member}.{p.Name}", p.Value), StringComparer.Ordinal);
    }

    private static GoldenTensor ReadTensor(string name, JsonElement value)
    {
        if (value.ValueKind != JsonValueKind.Object || !value.TryGetProperty("shape", out var shapeValue) || !value.TryGetProperty("data", out var dataValue)
            || shapeValue.ValueKind != JsonValueKind.Array || dataValue.ValueKind != JsonValueKind.Array)
        {
            throw new FormatException($"{name} needs \"shape\" and \"data\" arrays");
        }
        long[] shape = [.. shapeValue.EnumerateArray().Select(n => n.GetInt64())];
        double[] data = [.. dataValue.EnumerateArray().Select(n => n.ValueKind switch
        {
            JsonValueKind.True => 1.0,
            JsonValueKind.False => 0.0,
            _ => n.GetDouble(),
        })];
        if (shape.Any(n => n < 0) || shape.Aggregate(1L, (product, n) => checked(product * n)) != data.Length)
        {
            throw new FormatException($"{name} has the shape [{string.Join(',', shape)}] but {data.Length} numbers");
        }
        return new GoldenTensor(shape, data);
    }

    /// <summary>Python writes an infinite bound as a bare word, which is no JSON.</summary>
    [GeneratedRegex(@"([\[,:]\s*)Infinity(?=\s*[,\]}])")]
    private static partial Regex InfiniteNumber();
}
