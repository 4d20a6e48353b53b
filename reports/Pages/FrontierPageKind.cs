using LT2.Eval.Reports.Rendering;
using LT2.Eval.Reports.Views;

namespace LT2.Eval.Reports.Pages;

internal sealed class FrontierPageKind : IReportPage
{
    public IEnumerable<PageInstance> Instances(ReportModel model) =>
        model.Quality.IsEmpty || model.Latency.IsEmpty ? [] : [PageInstance.Main<FrontierPage>("frontier.html", "Frontier")];
}
