using System.Collections.Immutable;
using System.Globalization;
using System.Text.Json;
using LT2.Eval.Results.Records;

namespace LT2.Eval.Reports.Views;

/// <summary>Names that tell the cells of a run apart: a title, and where several cells have it, what their definitions differ in.</summary>
internal sealed class CellNames
{
    private const int MostParts = 4;

    private readonly Dictionary<string, string> names;

    /// <summary>Names the cells of a run.</summary>
    /// <param name="cells">All of them.</param>
    public CellNames(IReadOnlyList<CellRecord> cells)
    {
        var ids = cells.Select(cell => cell.CellId).ToHashSet(StringComparer.Ordinal);
        names = cells.GroupBy(cell => cell.Title, StringComparer.Ordinal).SelectMany(group => Named([.. group], ids)).ToDictionary(pair => pair.CellId, pair => pair.Name, StringComparer.Ordinal);
    }

    /// <summary>The name of a cell; its id where the run has no such cell.</summary>
    /// <param name="cellId">The cell.</param>
    public string this[string cellId] => names.GetValueOrDefault(cellId, cellId);

    private static IEnumerable<(string CellId, string Name)> Named(CellRecord[] alike, HashSet<string> ids)
    {
        if (alike.Length == 1)
        {
            return [(alike[0].CellId, alike[0].Title)];
        }
        var facts = Array.ConvertAll(alike, cell => Facts(cell, ids));
        string[] telling = [.. facts.SelectMany(fact => fact.Keys).Distinct().Where(name => facts.Select(fact => fact.GetValueOrDefault(name)).Distinct().Count() > 1).Order(StringComparer.Ordinal)];
        string[] texts =
        [
            .. facts.Select(fact => telling.Length > MostParts ? "" : string.Join(", ", telling.Where(fact.ContainsKey).Select(name => $"{CaseNames.Words(name[(name.LastIndexOf('.') + 1)..])} {fact[name]}"))),
        ];
        var isClear = texts.Distinct().Count() == texts.Length;
        return alike.Select((cell, index) => (cell.CellId,
            $"{cell.Title}: {string.Join(", ", new[] { texts[index], isClear ? "" : $"cell {cell.CellId[..Math.Min(6, cell.CellId.Length)]}" }.Where(text => text.Length > 0))}"));
    }

    // Hashes and the ids of other cells tell cells apart, but nobody anything.
    private static ImmutableSortedDictionary<string, string> Facts(CellRecord cell, HashSet<string> ids)
    {
        var facts = ImmutableSortedDictionary.CreateBuilder<string, string>(StringComparer.Ordinal);
        try
        {
            using var definition = JsonDocument.Parse(cell.DefinitionJson);
            Add(definition.RootElement, "", facts, ids);
        }
        catch (JsonException)
        {
            // A definition that cannot be read tells nothing; the cell's id does.
        }
        if (cell.Seed is { } seed)
        {
            facts["seed"] = seed.ToString(CultureInfo.InvariantCulture);
        }
        return facts.ToImmutable();
    }

    private static void Add(JsonElement element, string name, ImmutableSortedDictionary<string, string>.Builder facts, HashSet<string> ids)
    {
        if (name is "parents" || name.EndsWith("Hash", StringComparison.Ordinal)
            || (element.ValueKind == JsonValueKind.Array && element.EnumerateArray().Any(item => item.ValueKind == JsonValueKind.String && ids.Contains(item.GetString()!))))
        {
            return;
        }
        if (element.ValueKind != JsonValueKind.Object)
        {
            facts[name] = element.ToString();
            return;
        }
        foreach (var property in element.EnumerateObject())
        {
            Add(property.Value, name.Length == 0 ? property.Name : $"{name}.{property.Name}", facts, ids);
        }
    }
}
