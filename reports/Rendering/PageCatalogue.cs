using System.Collections.Immutable;
using LT2.Eval.Reports.Pages;
using LT2.Eval.Reports.Views;

namespace LT2.Eval.Reports.Rendering;

/// <summary>Every kind of page, in the order of the bar at the top. A new kind is one line here.</summary>
internal static class PageCatalogue
{
    private static readonly ImmutableArray<IReportPage> Kinds =
    [
        new OverviewPageKind(),
        new ComparePageKind(),
        new ClaimsPageKind(),
        new QualityPageKind(),
        new LatencyPageKind(),
        new LoopsPageKind(),
        new EarlyExitPageKind(),
        new FrontierPageKind(),
        new HeatMapsPageKind(),
        new TrainingPageKind(),
        new ContentsPageKind(),
        new VariantPageKind(),
        new SuitePageKind(),
        new TaskPageKind(),
        new HistoryPageKind(),
        new SamplesPageKind(),
        new EnvironmentPageKind(),
        new MethodPageKind(),
    ];

    /// <summary>Every page a model calls for; paths are unique.</summary>
    public static ImmutableArray<PageInstance> Instances(ReportModel model)
    {
        ImmutableArray<PageInstance> pages = [.. Kinds.SelectMany(kind => kind.Instances(model))];
        var twice = pages.GroupBy(page => page.Path, StringComparer.Ordinal).FirstOrDefault(group => group.Count() > 1);
        return twice is null ? pages : throw new InvalidOperationException($"Two pages have the path {twice.Key}.");
    }
}
