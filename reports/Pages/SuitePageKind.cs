using LT2.Eval.Reports.Rendering;
using LT2.Eval.Reports.Views;

namespace LT2.Eval.Reports.Pages;

internal sealed class SuitePageKind : IReportPage
{
    public IEnumerable<PageInstance> Instances(ReportModel model) => model.Quality.Select(item => item.SuiteId).Distinct().Select(suite =>
        PageInstance.Of<SuitePage>(SitePaths.Suite(suite), "Suite " + suite, ("Suite", suite)));
}
