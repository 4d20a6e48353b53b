using System.Globalization;
using LT2.Eval.Results.Store;

namespace LT2.Eval.EndToEnd.Tests;

/// <summary>The records of a store's only run as comparable lines.</summary>
internal static class StoredRecords
{
    /// <summary>Everything but times, dates and run ids: outcomes, values, samples and training points, exact to the last bit.</summary>
    public static IReadOnlyList<string> ButTimes(string storePath)
    {
        using var store = ResultStore.Open(storePath, StoreAccess.ReadOnly);
        var run = store.Runs().Single();
        var lines = new List<string>();
        foreach (var cell in store.Cells(run.RunId))
        {
            lines.Add($"cell {cell.CellId} {cell.Outcome} {cell.CheckpointHash}");
            lines.AddRange(store.Samples(run.RunId, cell.CellId).Select(sample => $"sample {sample}"));
            lines.AddRange(store.Responses(run.RunId, cell.CellId).Select(response => $"response {response}"));
            lines.AddRange(store.TrainingPoints(run.RunId, cell.CellId).Select(point => string.Create(
                CultureInfo.InvariantCulture, $"point {point.CellId} {point.Step} {point.Loss:R} {point.GradientNorm:R} {string.Join(" ", point.ResidualRmsByLoop)}")));
        }

        lines.AddRange(store.Metrics(run.RunId).Where(metric => metric.Key.SuiteId != "timing").Select(metric => string.Create(
            CultureInfo.InvariantCulture, $"metric {metric.CellId} {metric.Key} {metric.Seed} {metric.Value:R} {metric.StandardError:R} {metric.SampleCount}")));
        lines.Sort(StringComparer.Ordinal);
        return lines;
    }
}
