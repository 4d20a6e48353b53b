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

    /// <summary>Cases that have no chart, since it takes two models to compare; empty where every one has a chart.</summary>
    /// <param name="cases">Quality of the run.</param>
    /// <param name="cost">The cost.</param>
    public static string WithoutChart(ImmutableArray<QualityCase> cases, CostKind cost)
    {
        var absent = cases.Where(item => FrontierPoint.Of(item, cost).Length < FrontierChart.FewestModels).Select(item => VisibleText.Of(item.Title)).ToArray();
        return absent.Length == 0 ? "" : $"No chart, with fewer than two models that have both: {string.Join("; ", absent)}.";
    }
}
