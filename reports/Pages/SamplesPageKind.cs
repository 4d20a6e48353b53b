using LT2.Eval.Reports.Rendering;
using LT2.Eval.Reports.Views;

namespace LT2.Eval.Reports.Pages;

internal sealed class SamplesPageKind : IReportPage
{
    public IEnumerable<PageInstance> Instances(ReportModel model) => model.SampleSets.IsEmpty
        ? []
        :
        [
            PageInstance.Main<SamplesPage>("samples.html", "Samples") with { IsInSingleFile = false },
            .. model.SampleSets.Select(set => PageInstance.Of<SampleSetPage>(
                SitePaths.Samples(set.CellId, set.Case.Metric), $"Samples: {set.Case.Title}, {set.Line}", ("Set", set))),
        ];
}
