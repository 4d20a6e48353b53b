using LT2.Eval.Reports.Rendering;
using LT2.Eval.Reports.Views;

namespace LT2.Eval.Reports.Pages;

internal sealed class QualityPageKind : IReportPage
{
    public IEnumerable<PageInstance> Instances(ReportModel model) => model.Quality.IsEmpty ? [] : [PageInstance.Main<QualityPage>("quality.html", "Quality by loop count")];
}
