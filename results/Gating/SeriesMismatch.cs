using LT2.Eval.Results.Records;

namespace LT2.Eval.Results.Gating;

/// <summary>Says why a series has no counterpart: the parts in which the nearest one differs.</summary>
internal static class SeriesMismatch
{
    private static readonly string[] Names =
    [
        "suite", "suite version", "task", "case parameters", "shots", "split", "data hash", "metric", "slice", "variant", "recipe hash",
        "trained loop count", "tested loop count", "dtype", "batch size", "phase", "sequence length", "kernel selection", "host class",
    ];

    public static string Explain(SeriesKey key, IEnumerable<SeriesKey> others, string side)
    {
        var parts = SeriesIdentity.Parts(key);
        var nearest = others.Where(other => other.SuiteId == key.SuiteId && other.TaskId == key.TaskId && other.Metric == key.Metric)
            .Select(other => SeriesIdentity.Parts(other))
            .Select(other => Enumerable.Range(0, parts.Length).Where(i => !Equals(parts[i], other[i]))
                .Select(i => $"{Names[i]} {Text(parts[i])} here, {Text(other[i])} in the {side}").ToList())
            .MinBy(differences => differences.Count);
        return nearest is { Count: <= 4 }
            ? $"not comparable: {string.Join("; ", nearest)}"
            : $"the {side} has no such series";
    }

    private static string Text(object? part) => part is null ? "none" : $"'{part}'";
}
