using System.Collections.Immutable;
using LT2.Eval.Reports.Text;
using LT2.Eval.Reports.Views;

namespace LT2.Eval.Reports.Charts;

/// <summary>What a plane of quality and cost does not show: an absent model must not look like one that was never meant to be there.</summary>
internal static class FrontierText
{
    /// <summary>Models with quality and without the cost, each with the reason; empty where every one has it.</summary>
    /// <param name="cases">Quality of the run.</param>
    /// <param name="cost">The cost.</param>
    public static string WithoutCost(ImmutableArray<QualityCase> cases, CostKind cost)
    {
        var absent = cases.SelectMany(item => item.AtTrainedLoopCount).Where(point => cost.Of(point.VariantId, point.TestedLoopCount) is null)
            .Select(point => (point.VariantId, point.TestedLoopCount, Why: cost.WhyAbsent(point.VariantId, point.TestedLoopCount))).Distinct()
            .GroupBy(point => (point.VariantId, point.Why)).OrderBy(group => group.Key.VariantId, StringComparer.Ordinal).ThenBy(group => group.Key.Why, StringComparer.Ordinal)
            .Select(group => $"{VisibleText.Of(group.Key.VariantId)} at T = {string.Join(", ", group.Select(point => point.TestedLoopCount).Order().Select(count => Quantity.Count(count)))} ({group.Key.Why})")
            .ToArray();
        return absent.Length == 0 ? "" : $"Not drawn: {string.Join("; ", absent)}.";
    }

    /// <summary>How many variants <see cref="WithoutCost"/> names.</summary>
    /// <param name="cases">Quality of the run.</param>
    /// <param name="cost">The cost.</param>
    public static int CountWithoutCost(ImmutableArray<QualityCase> cases, CostKind cost) =>
        cases.SelectMany(item => item.AtTrainedLoopCount).Where(point => cost.Of(point.VariantId, point.TestedLoopCount) is null).Select(point => point.VariantId).Distinct().Count();

    /// <summary>Cases that have no chart against a cost, since it takes two models to compare: a row for each task and set of costs; without rows where every one has a chart.</summary>
    /// <param name="cases">Quality of the run.</param>
    /// <param name="costs">Costs that have a chart of any case.</param>
    public static ChartTable WithoutChart(ImmutableArray<QualityCase> cases, ImmutableArray<CostKind> costs)
    {
        var absent = cases.Select(item => (Case: item, Costs: costs.Where(cost => FrontierPoint.Of(item, cost).Length < FrontierChart.FewestModels).ToArray()))
            .Where(pair => pair.Costs.Length > 0).ToArray();
        return new(
            "Cases without a chart: fewer than two models have both the quality and the cost",
            [new("Task"), new("Cases", IsLong: true), new("Against", IsLong: true)],
            [
                .. absent.GroupBy(pair => (pair.Case.TaskId, Costs: pair.Costs.Length == costs.Length ? "every cost" : string.Join("; ", pair.Costs.Select(cost => cost.Name))))
                    .OrderBy(group => group.Key.TaskId, NaturalOrder.Instance).ThenBy(group => group.Key.Costs, StringComparer.Ordinal)
                    .Select(group => ImmutableArray.Create(
                        VisibleText.Of(group.Key.TaskId),
                        string.Join("; ", group.GroupBy(pair => Without(pair.Case.CaseTitle, group.Key.TaskId)).Select(same =>
                            $"{VisibleText.Of(same.Key)}: {string.Join(", ", same.Select(pair => VisibleText.Of(CaseNames.Metric(pair.Case.Metric))))}".TrimStart(' ', ':'))),
                        VisibleText.Of(group.Key.Costs))),
            ]);
    }

    private static string Without(string title, string task) => title.StartsWith(task, StringComparison.Ordinal) ? title[task.Length..].TrimStart(',', ' ') : title;
}
