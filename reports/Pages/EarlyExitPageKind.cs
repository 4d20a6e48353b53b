using LT2.Eval.Reports.Rendering;
using LT2.Eval.Reports.Views;

namespace LT2.Eval.Reports.Pages;

internal sealed class EarlyExitPageKind : IReportPage
{
    public IEnumerable<PageInstance> Instances(ReportModel model) => model.Exits.IsEmpty ? [] : [PageInstance.Main<EarlyExitPage>("early-exit.html", "Early exit")];
}
