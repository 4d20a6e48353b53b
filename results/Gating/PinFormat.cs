using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;
using LT2.Eval.Results.Records;

namespace LT2.Eval.Results.Gating;

/// <summary>
/// How a pin is written: its facts, then one line for each series with the values of all its seeds, so that a long plan's pin stays small and its changes show line by line.
/// Version 1 had one entry for each value, which repeated the key of its series.
/// </summary>
internal static class PinFormat
{
    /// <summary>Version that this program writes; it reads older ones too.</summary>
    public const int Version = 2;

    private static readonly JsonSerializerOptions Line = new(GatingJson.Options)
    {
        WriteIndented = false, RespectRequiredConstructorParameters = false, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    };

    /// <summary>The text of a pin in the current version.</summary>
    public static string Write(PinFile pin)
    {
        var facts = JsonSerializer.SerializeToNode(pin with { SchemaVersion = Version, Metrics = [] }, GatingJson.Options)!.AsObject();
        facts.Remove("metrics");
        var series = pin.Metrics.GroupBy(metric => (metric.Key, metric.Kind, metric.Unit)).Select(group => JsonSerializer.Serialize(
            new Series(group.Key.Key, group.Key.Kind, group.Key.Unit, [.. group.Select(metric => new SeedValue(metric.Seed, metric.Value, metric.StandardError, metric.Noise, metric.Nights))]),
            Line));
        return facts.ToJsonString(GatingJson.Options).TrimEnd('}', '\n') + ",\n  \"series\": [\n    " + string.Join(",\n    ", series) + "\n  ]\n}\n";
    }

    /// <summary>Reads a pin of any version up to this one.</summary>
    /// <exception cref="JsonException">It is damaged.</exception>
    public static PinFile Read(string text)
    {
        var facts = JsonNode.Parse(text)?.AsObject() ?? throw new JsonException("It is empty.");
        if (facts["schemaVersion"]?.GetValue<int>() == 1)
            return facts.Deserialize<PinFile>(GatingJson.Options)!;
        var series = facts["series"]?.Deserialize<List<Series>>(Line) ?? throw new JsonException("It has no series.");
        facts.Remove("series");
        facts["metrics"] = new JsonArray();
        return facts.Deserialize<PinFile>(GatingJson.Options)! with { Metrics = [.. series.SelectMany(Metrics)] };
    }

    private static IEnumerable<PinnedMetric> Metrics(Series series)
    {
        if (series is not { Key: { SuiteId: not null, TaskId: not null, CaseParameters: not null, Metric: not null, VariantId: not null, Dtype: not null } key, Unit: not null, Values: not null })
            throw new JsonException("A series lacks a part of its key, its unit or its values.");
        var id = SeriesIdentity.Of(key);
        return series.Values.Select(value => new PinnedMetric(id, key, value.Seed, value.Value, value.Noise, value.Nights, value.StandardError, series.Kind, series.Unit));
    }

    private sealed record Series(SeriesKey Key, MetricKind Kind, string Unit, IReadOnlyList<SeedValue> Values);

    private sealed record SeedValue(long? Seed, double? Value, double? StandardError, double? Noise, int Nights);
}
