using LT2.Eval.Reports.Rendering;
using LT2.Eval.Reports.Views;

namespace LT2.Eval.Reports.Pages;

internal sealed class HistoryPageKind : IReportPage
{
    public IEnumerable<PageInstance> Instances(ReportModel model) => model.History.IsEmpty
        ? []
        :
        [
            PageInstance.Main<HistoryPage>("history.html", "History") with { IsInSingleFile = false },
            .. model.HistoryParts.Lists.Select(list => PageInstance.Of<SeriesListPage>(SitePaths.SeriesList(list), $"History: {list.Task}, {list.VariantId}", ("List", list))),
            .. model.HistoryParts.Main.Select(history => PageInstance.Of<SeriesPage>(SitePaths.Series(history.Id), history.Title, ("History", history))),
        ];
}
