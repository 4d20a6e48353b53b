using System.Collections.Immutable;
using System.Text.Json;
using LT2.Eval.Reports.Text;
using LT2.Eval.Reports.Views;
using LT2.Eval.Results.Records;

namespace LT2.Eval.Reports.Charts;

/// <summary>What the models of a run were trained on: without it nobody can say what lies beyond the training length.</summary>
internal static class TrainedOnTable
{
    /// <summary>A row for each variant and case; without rows where no cell says it.</summary>
    public static ChartTable Of(IEnumerable<CellRecord> cells) => new(
        "What the models were trained on",
        [new("Variant"), new("Trained loop counts T", true), new("Task")],
        [
            .. cells.Where(cell => cell.Kind is CellKind.Train or CellKind.Curriculum)
                .Select(cell => (cell.VariantId, cell.TrainedLoopCount, Task: Task(cell.DefinitionJson)))
                .Where(item => item.Task is not null)
                .GroupBy(item => (item.VariantId, Task: item.Task!))
                .OrderBy(group => group.Key.Task, NaturalOrder.Instance).ThenBy(group => group.Key.VariantId, StringComparer.Ordinal)
                .Select(group => ImmutableArray.Create(
                    VisibleText.Of(group.Key.VariantId),
                    string.Join(", ", group.Select(item => item.TrainedLoopCount).OfType<int>().Distinct().Order().Select(count => Quantity.Count(count))),
                    VisibleText.Of(group.Key.Task))),
        ]);

    // The definition is the program's own, but a store may come from another version of it: what is not there as expected is left out.
    private static string? Task(string definition)
    {
        try
        {
            using var document = JsonDocument.Parse(definition);
            return document.RootElement is { ValueKind: JsonValueKind.Object } root && root.TryGetProperty("case", out var item) && item.ValueKind == JsonValueKind.Object
                && item.TryGetProperty("task", out var task) && item.TryGetProperty("parameters", out var parameters) && parameters.ValueKind == JsonValueKind.Object
                ? CaseNames.Title(task.ToString(), string.Join(';', parameters.EnumerateObject().Select(pair => $"{pair.Name}={pair.Value}")), 0)
                : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }
}
