using LT2.Eval.Reports.Rendering;
using LT2.Eval.Reports.Views;

namespace LT2.Eval.Reports.Pages;

internal sealed class VariantPageKind : IReportPage
{
    public IEnumerable<PageInstance> Instances(ReportModel model) => model.Variants.Select(variant =>
        PageInstance.Of<VariantPage>(SitePaths.Variant(variant), variant, ("Variant", variant)));
}
