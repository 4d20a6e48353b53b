using LT2.Eval.Reports.Views;

namespace LT2.Eval.Reports.Rendering;

/// <summary>A kind of page. A new one is a component, a class that implements this, and a line in <c>PageCatalogue</c>.</summary>
internal interface IReportPage
{
    /// <summary>The pages of this kind that the records call for; none where there is nothing to show.</summary>
    /// <param name="model">The records.</param>
    IEnumerable<PageInstance> Instances(ReportModel model);
}
