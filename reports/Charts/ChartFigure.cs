using LT2.Eval.Reports.Text;

namespace LT2.Eval.Reports.Charts;

/// <summary>A chart with everything a reader without sight, script or colours needs.</summary>
/// <param name="Title">What is drawn.</param>
/// <param name="Summary">What it shows, in words and figures.</param>
/// <param name="Json">Plotly figure: data and layout.</param>
/// <param name="Table">The drawn numbers.</param>
/// <param name="IsTall">Needs more height: heat maps and long legends.</param>
public sealed record ChartFigure(string Title, string Summary, string Json, ChartTable Table, bool IsTall = false)
{
    /// <summary>Id from the content: the same chart has the same file on every night.</summary>
    public string Id { get; } = "c-" + ContentHash.Short(Json);
}
