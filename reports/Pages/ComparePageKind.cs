using LT2.Eval.Reports.Rendering;
using LT2.Eval.Reports.Views;

namespace LT2.Eval.Reports.Pages;

internal sealed class ComparePageKind : IReportPage
{
    public IEnumerable<PageInstance> Instances(ReportModel model) => model.Input.Reference is null || model.Input.Comparison is null ? [] : [PageInstance.Main<ComparePage>("compare.html", "Compare")];
}
