using LT2.Eval.Reports.Rendering;
using LT2.Eval.Reports.Views;

namespace LT2.Eval.Reports.Pages;

internal sealed class ClaimsPageKind : IReportPage
{
    public IEnumerable<PageInstance> Instances(ReportModel model) =>
        model.Input.Claims.Count == 0 ? [] : [PageInstance.Main<ClaimsPage>("claims.html", "Claims")];
}
