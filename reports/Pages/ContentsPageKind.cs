using LT2.Eval.Reports.Rendering;
using LT2.Eval.Reports.Views;

namespace LT2.Eval.Reports.Pages;

internal sealed class ContentsPageKind : IReportPage
{
    public IEnumerable<PageInstance> Instances(ReportModel model) => model.Variants.IsEmpty ? [] : [PageInstance.Main<ContentsPage>("contents.html", "Variants and tasks")];
}
