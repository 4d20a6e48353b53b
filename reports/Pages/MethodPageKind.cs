using LT2.Eval.Reports.Rendering;
using LT2.Eval.Reports.Views;

namespace LT2.Eval.Reports.Pages;

internal sealed class MethodPageKind : IReportPage
{
    public IEnumerable<PageInstance> Instances(ReportModel model) => [PageInstance.Main<MethodPage>("method.html", "Method")];
}
