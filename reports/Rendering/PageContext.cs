using System.Collections.Immutable;
using LT2.Eval.Reports.Charts;
using LT2.Eval.Reports.Views;

namespace LT2.Eval.Reports.Rendering;

/// <summary>What a page's components share while it is rendered.</summary>
public sealed class PageContext
{
    private readonly SortedDictionary<string, ChartFigure> charts = new(StringComparer.Ordinal);
    private readonly Dictionary<string, int> uses = new(StringComparer.Ordinal);

    internal PageContext(ReportModel model, PageInstance page, SiteLinks links, ImmutableArray<PageInstance> navigation)
    {
        Model = model;
        Page = page;
        Links = links;
        Navigation = navigation;
    }

    /// <summary>The records and what was computed from them.</summary>
    public ReportModel Model { get; }

    /// <summary>The page.</summary>
    public PageInstance Page { get; }

    /// <summary>Addresses.</summary>
    public SiteLinks Links { get; }

    /// <summary>Pages of the bar at the top.</summary>
    public ImmutableArray<PageInstance> Navigation { get; }

    /// <summary>Charts the page has drawn so far, by id.</summary>
    internal IReadOnlyDictionary<string, ChartFigure> Charts => charts;

    /// <summary>Data scripts the page has asked for, by path: written once a site.</summary>
    internal SortedDictionary<string, string> Scripts { get; } = new(StringComparer.Ordinal);

    /// <summary>Registers a chart and gives the id of its place on the page.</summary>
    /// <param name="figure">The chart.</param>
    public string Place(ChartFigure figure)
    {
        charts[figure.Id] = figure;
        var use = uses[figure.Id] = uses.GetValueOrDefault(figure.Id) + 1;
        return Links.Id(use == 1 ? figure.Id : FormattableString.Invariant($"{figure.Id}-{use}"));
    }
}
