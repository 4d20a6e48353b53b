using LT2.Eval.Reports.Rendering;
using LT2.Eval.Reports.Views;

namespace LT2.Eval.Reports.Pages;

internal sealed class LatencyPageKind : IReportPage
{
    public IEnumerable<PageInstance> Instances(ReportModel model) => model.Latency.IsEmpty ? [] : [PageInstance.Main<LatencyPage>("latency.html", "Latency by length")];
}
