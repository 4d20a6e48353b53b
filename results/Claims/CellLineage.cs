using System.Text.Json;
using LT2.Eval.Results.Records;

namespace LT2.Eval.Results.Claims;

/// <summary>Which cells of a run others depend on: a definition names them by their ids, as candidates that were scored or as trials that chose a learning rate.</summary>
internal static class CellLineage
{
    /// <summary>The cells with these ids, and all that they depend on, each once.</summary>
    public static IReadOnlyCollection<CellRecord> With(IEnumerable<string> ids, IReadOnlyList<CellRecord> cells)
    {
        var byId = cells.ToDictionary(cell => cell.CellId, StringComparer.Ordinal);
        var found = new Dictionary<string, CellRecord>(StringComparer.Ordinal);
        var open = new Queue<string>(ids);
        while (open.TryDequeue(out var id))
        {
            if (byId.TryGetValue(id, out var cell) && found.TryAdd(id, cell))
            {
                foreach (var text in Texts(cell.DefinitionJson))
                {
                    open.Enqueue(text);
                }
            }
        }

        return found.Values;
    }

    private static List<string> Texts(string definition)
    {
        using var json = JsonDocument.Parse(definition);
        return [.. Texts(json.RootElement)];
    }

    private static IEnumerable<string> Texts(JsonElement element) => element.ValueKind switch
    {
        JsonValueKind.String => [element.GetString()!],
        JsonValueKind.Array => element.EnumerateArray().SelectMany(Texts),
        JsonValueKind.Object => element.EnumerateObject().SelectMany(property => Texts(property.Value)),
        _ => [],
    };
}
