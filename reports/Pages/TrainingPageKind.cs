using LT2.Eval.Reports.Rendering;
using LT2.Eval.Reports.Views;

namespace LT2.Eval.Reports.Pages;

internal sealed class TrainingPageKind : IReportPage
{
    public IEnumerable<PageInstance> Instances(ReportModel model) =>
        model.Training.IsEmpty ? [] : [PageInstance.Main<TrainingPage>("training.html", "Training")];
}
