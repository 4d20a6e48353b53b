using System.Collections.Immutable;

namespace LT2.Eval.Reports.Views;

/// <summary>Which series the history page lists itself, and which stand in lists of their own because nothing happened to them.</summary>
/// <param name="Main">Those of the page, those with a recent step first. Each has a page of its own.</param>
/// <param name="Lists">The others, a list for each task and variant.</param>
public sealed record HistoryParts(ImmutableArray<SeriesHistory> Main, ImmutableArray<HistoryList> Lists)
{
    /// <summary>Up to so many series are all listed on the page.</summary>
    public const int MostOnOnePage = 500;

    /// <summary>Divides the series of a model: beyond <see cref="MostOnOnePage"/>, those with a step or a sure change against the reference stay on the page.</summary>
    /// <param name="model">The model.</param>
    internal static HistoryParts Of(ReportModel model)
    {
        var all = model.History;
        var changed = model.Changes.Where(row => row.IsSure).Select(row => row.Key).ToHashSet();
        var isMain = all.ToLookup(item => all.Length <= MostOnOnePage || !item.Steps.IsEmpty || changed.Contains(item.Series.Key));
        return new HistoryParts(
            Ordered(isMain[true]),
            [
                .. isMain[false].GroupBy(item => (item.Series.Key.SuiteId, item.Series.Key.TaskId, item.Series.Key.VariantId))
                    .OrderBy(group => group.Key.SuiteId, StringComparer.Ordinal).ThenBy(group => group.Key.TaskId, StringComparer.Ordinal).ThenBy(group => group.Key.VariantId, StringComparer.Ordinal)
                    .Select(group => new HistoryList(group.Key.SuiteId, group.Key.TaskId, group.Key.VariantId, Ordered(group))),
            ]);
    }

    private static ImmutableArray<SeriesHistory> Ordered(IEnumerable<SeriesHistory> series) =>
    [
        .. series.OrderByDescending(item => item.Steps.IsEmpty ? DateTimeOffset.MinValue : item.Valid[item.Steps[^1].Index].StartedUtc)
            .ThenBy(item => item.Title, NaturalOrder.Instance).ThenBy(item => item.Id, StringComparer.Ordinal),
    ];
}
