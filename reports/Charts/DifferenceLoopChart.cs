using System.Collections.Immutable;
using System.Globalization;
using LT2.Eval.Reports.Text;
using LT2.Eval.Reports.Views;
using LT2.Eval.Results.Gating;
using LT2.Eval.Results.Records;
using Plotly.NET;

namespace LT2.Eval.Reports.Charts;

/// <summary>Change against the reference run over the tested loop count: small errors of a loop add up with loops.</summary>
internal static class DifferenceLoopChart
{
    /// <summary>One chart for each case and metric with at least two tested loop counts where something changed.</summary>
    public static IEnumerable<ChartFigure> Of(ImmutableArray<MetricComparison> changes, VariantStyles styles) => Groups(changes)
        .Where(group => !IsUnchanged(group)).Select(group => Chart([.. group.OrderBy(change => change.Key.TestedLoopCount)], styles));

    /// <summary>Cases and metrics that have no chart, since every value is as before at every tested loop count; empty without any.</summary>
    public static ImmutableArray<string> Unchanged(ImmutableArray<MetricComparison> changes) =>
        [.. Groups(changes).Where(IsUnchanged).Select(group => $"{SeriesNames.Case(group.First().Key)}: {CaseNames.Metric(group.First().Key.Metric)}")];

    private static bool IsUnchanged(IEnumerable<MetricComparison> changes) => changes.All(change => change.Difference == 0);

    private static IEnumerable<IEnumerable<MetricComparison>> Groups(ImmutableArray<MetricComparison> changes) => changes
        .Where(change => change.Question is not (ComparisonQuestion.Time or ComparisonQuestion.Memory) && change.Key.TestedLoopCount is not null)
        .GroupBy(change => (change.Key.SuiteId, change.Key.TaskId, change.Key.CaseParameters, change.Key.Shots, change.Key.Split, change.Key.Metric))
        .Where(group => group.Select(change => change.Key.TestedLoopCount).Distinct().Count() > 1)
        .OrderBy(group => group.Key.SuiteId, StringComparer.Ordinal).ThenBy(group => group.Key.TaskId, StringComparer.Ordinal)
        .ThenBy(group => group.Key.CaseParameters, NaturalOrder.Instance).ThenBy(group => group.Key.Metric, StringComparer.Ordinal);

    private static ChartFigure Chart(MetricComparison[] changes, VariantStyles styles)
    {
        var key = changes[0].Key;
        var title = $"{SeriesNames.Case(key)}: change of {CaseNames.Metric(key.Metric)} by tested loop count";
        var lines = changes.GroupBy(change => (change.Key.VariantId, change.Key.TrainedLoopCount, change.Key.RecipeHash))
            .OrderBy(line => line.Key.VariantId, StringComparer.Ordinal).ThenBy(line => line.Key.TrainedLoopCount).ThenBy(line => line.Key.RecipeHash, StringComparer.Ordinal).ToArray();
        var traces = lines.Select(line => (Trace)Plot
            .Line(Name(line.Key.VariantId, line.Key.TrainedLoopCount), styles.Of(line.Key.VariantId, lines.TakeWhile(other => other.Key != line.Key).Count(other => other.Key.VariantId == line.Key.VariantId)),
                line.Select(change => (double)change.Key.TestedLoopCount!.Value), line.Select(change => (double?)change.Difference))
            .With("error_y", Plot.ErrorBars(line.Select(change => change.Interval?.Upper - change.Difference), line.Select(change => change.Difference - change.Interval?.Lower))));
        int[] counts = [.. changes.Select(change => change.Key.TestedLoopCount!.Value).Distinct().Order()];
        var layout = new Layout()
            .With("xaxis", Plot.Axis("tested loop count T′").Ticks(counts.Select(count => (double)count), counts.Select(count => count.ToString(CultureInfo.InvariantCulture))))
            .With("yaxis", Plot.Axis("change in " + CaseNames.Metric(key.Metric)))
            .With("shapes", new[] { Plot.HorizontalLine(0) });
        var worst = changes.MaxBy(change => Math.Abs(change.Difference))!;
        var summary = $"Largest change: {ChangeText.Difference(worst)} for {Name(worst.Key.VariantId, worst.Key.TrainedLoopCount)} at T′ = {Quantity.Count(worst.Key.TestedLoopCount!.Value)}. "
            + (worst.Direction == MetricDirection.HigherIsBetter ? "Above zero is better." : "Below zero is better.");
        return new ChartFigure(title, summary, Plot.Json(traces, layout), new ChartTable(
            title, [new("Variant"), new("T′", true), new("Before → after", true), new("Change [95 % interval]", true), new("Verdict")],
            [
                .. lines.SelectMany(line => line).Select(change => ImmutableArray.Create(
                    Name(change.Key.VariantId, change.Key.TrainedLoopCount), Quantity.Count(change.Key.TestedLoopCount!.Value),
                    $"{Quantity.WithUnit(change.BaselineValue, change.Unit)} → {Quantity.WithUnit(change.CandidateValue, change.Unit)}", ChangeText.Difference(change), ChangeText.Word(change.Verdict))),
            ]));
    }

    private static string Name(string variant, int? trained) => trained is { } count ? $"{variant}, T = {Quantity.Count(count)}" : variant;
}
