using System.Collections.Immutable;
using LT2.Eval.Reports.Text;
using LT2.Eval.Reports.Views;
using LT2.Eval.Results.Gating;

namespace LT2.Eval.Reports.Charts;

/// <summary>What could not be compared and why. A part of a plan that only one side has, or another host, is thousands of series: more than a few of a task with one reason are counted.</summary>
internal static class AbsentSeriesTable
{
    private const int MostNamed = 5;

    public static ChartTable Of(IEnumerable<RefusedComparison> refused, SeriesTitles titles) => new(
        "Missing, new and not comparable", [new("Series"), new("In the reference"), new("In this run"), new("Why", IsLong: true)],
        [.. refused.GroupBy(item => (item.Key.SuiteId, item.Key.TaskId, item.InBaseline, item.InCandidate, item.Reason)).SelectMany(group => Rows([.. group], titles))]);

    private static IEnumerable<ImmutableArray<string>> Rows(List<RefusedComparison> alike, SeriesTitles titles) => alike.Count <= MostNamed
        ? alike.Select(item => Row(titles.Title(item.Key), item))
        : [Row($"{Quantity.Count(alike.Count)} series, the first {titles.Title(alike[0].Key)}", alike[0])];

    private static ImmutableArray<string> Row(string title, RefusedComparison item) =>
        [VisibleText.Of(title), item.InBaseline ? "yes" : "no", item.InCandidate ? "yes" : "no", VisibleText.Of(item.Reason)];
}
