using System.Collections.Immutable;
using System.Text.Json;

namespace LT2.Eval.Reports.Views;

/// <summary>What the definition of a cell says about its training and about the cells it was made from.</summary>
/// <param name="LearningRate">Largest learning rate of the recipe; null where a sweep chooses it or nothing says it.</param>
/// <param name="Steps">Optimiser steps; null where the recipe has no single number of them.</param>
/// <param name="SequenceLength">Tokens a row of text; null for generated cases, whose rows are as long as the case.</param>
/// <param name="CaseParameters">Parameters of the case it trains on, <c>name=value;name=value</c>; empty where nothing says them.</param>
/// <param name="Trials">Ids of the short trainings that choose the learning rate; empty without a sweep.</param>
/// <param name="Candidates">Ids of the trainings of which the best is scored; empty for cells that score nothing.</param>
internal sealed record CellRecipe(
    double? LearningRate, int? Steps, int? SequenceLength, string CaseParameters, ImmutableArray<string> Trials, ImmutableArray<string> Candidates)
{
    private static readonly CellRecipe Unknown = new(null, null, null, "", [], []);

    /// <summary>
    /// Reads a definition. It is the program's own, but a store may come from another version of it: what is not there as expected is left out.
    /// </summary>
    /// <param name="definition">JSON of a cell.</param>
    public static CellRecipe Of(string definition)
    {
        try
        {
            using var document = JsonDocument.Parse(definition);
            if (document.RootElement is not { ValueKind: JsonValueKind.Object } root)
            {
                return Unknown;
            }
            var recipe = root.TryGetProperty("recipe", out var item) && item.ValueKind == JsonValueKind.Object ? item : default;
            // The steps of a curriculum are a budget for each of its stages.
            var hasStages = root.TryGetProperty("stages", out _);
            return new CellRecipe(
                Number(recipe, "learningRate"), hasStages ? null : (int?)Number(recipe, "steps"), (int?)Number(root, "sequenceLength"), Parameters(root), Names(root, "learningRateTrials"), Names(root, "parents"));
        }
        catch (JsonException)
        {
            return Unknown;
        }
    }

    private static double? Number(JsonElement holder, string name) =>
        holder.ValueKind == JsonValueKind.Object && holder.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.Number ? value.GetDouble() : null;

    private static string Parameters(JsonElement root) =>
        root.TryGetProperty("case", out var item) && item.ValueKind == JsonValueKind.Object && item.TryGetProperty("parameters", out var list) && list.ValueKind == JsonValueKind.Object
            ? string.Join(';', list.EnumerateObject().Select(pair => $"{pair.Name}={pair.Value}"))
            : "";

    private static ImmutableArray<string> Names(JsonElement holder, string name) =>
        holder.TryGetProperty(name, out var list) && list.ValueKind == JsonValueKind.Array
            ? [.. list.EnumerateArray().Where(item => item.ValueKind == JsonValueKind.String).Select(item => item.GetString()!)]
            : [];
}
