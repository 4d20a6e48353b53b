using System.Globalization;
using LT2.Eval.Harness.Plans;
using LT2.Eval.Models.Definitions;

namespace LT2.Eval.Harness.Commands;

/// <summary>Prints what a plan would do.</summary>
internal static class DryRun
{
    public static void Print(PlanSession session, IReadOnlyList<string>? parts, string outputRoot, TextWriter writer)
    {
        var cells = session.Cells(parts);
        writer.WriteLine($"Plan {session.Plan.Name}: {session.Plan.Description}");
        foreach (var cell in cells)
        {
            writer.WriteLine($"  {cell.Id}  {cell.Title}");
        }

        writer.WriteLine($"{cells.Count} cells: {string.Join(", ", cells.GroupBy(cell => cell.Kind).Select(group => $"{group.Count()} {group.Key.ToString().ToLowerInvariant()}"))}.");
        foreach (var model in cells.Select(cell => cell.Model).OfType<ModelDefinition>().DistinctBy(model => (model.VariantId, model.VocabularySize)))
        {
            writer.WriteLine(string.Create(CultureInfo.InvariantCulture, $"  {model.VariantId} with {model.VocabularySize} ids: {ModelShape.ParameterCount(model):N0} parameters"));
        }

        var trained = cells.OfType<TrainCell>().ToList();
        if (trained.Count > 0)
        {
            writer.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{trained.Sum(cell => (long)cell.Recipe.Steps):N0} training steps in {trained.Count} train cells."));
        }

        foreach (var convert in cells.OfType<ConvertCell>().DistinctBy(cell => cell.VariantId))
        {
            writer.WriteLine(string.Create(CultureInfo.InvariantCulture,
                $"  {convert.VariantId} by {convert.Recipe.Name}: {convert.Recipe.TotalTokens:N0} tokens; layers {convert.Recipe.Layers}"));
        }

        CapacityText.Write(cells, outputRoot, writer);
        if (session.MissingDatasetsOf(parts) is { Count: > 0 } missing)
        {
            writer.WriteLine($"Data sets to fetch first: {string.Join(", ", missing)}.");
        }
    }
}
