using LT2.Eval.Reports.Rendering;
using LT2.Eval.Reports.Views;

namespace LT2.Eval.Reports.Pages;

internal sealed class HeatMapsPageKind : IReportPage
{
    public IEnumerable<PageInstance> Instances(ReportModel model) =>
        model.LengthGrids.IsEmpty && model.RecallGrids.IsEmpty ? [] : [PageInstance.Main<HeatMapsPage>("heatmaps.html", "Heat maps")];
}
