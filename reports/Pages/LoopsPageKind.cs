using LT2.Eval.Reports.Rendering;
using LT2.Eval.Reports.Views;

namespace LT2.Eval.Reports.Pages;

internal sealed class LoopsPageKind : IReportPage
{
    public IEnumerable<PageInstance> Instances(ReportModel model) =>
        model.LoopLatency.IsEmpty ? [] : [PageInstance.Main<LoopsPage>("loops.html", "Latency by loop count")];
}
