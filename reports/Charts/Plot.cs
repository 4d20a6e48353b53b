using System.Globalization;
using LT2.Eval.Reports.Text;
using LT2.Eval.Reports.Views;
using Microsoft.FSharp.Collections;
using Plotly.NET;
using Plotly.NET.LayoutObjects;
using Plotly.NET.TraceObjects;

namespace LT2.Eval.Reports.Charts;

/// <summary>Builds Plotly.NET objects from C#: traces, axes, shapes, and the JSON of a figure.</summary>
internal static class Plot
{
    /// <summary>Sets a property and returns the object.</summary>
    public static T With<T>(this T target, string name, object? value)
        where T : DynamicObj.DynamicObj
    {
        if (value is not null)
        {
            target.SetProperty(name, value);
        }
        return target;
    }

    /// <summary>Text that Plotly shows as it is: it reads a few HTML tags in labels otherwise.</summary>
    public static string Plain(string text) =>
        VisibleText.Of(text, 200).Replace("&", "&amp;", StringComparison.Ordinal).Replace("<", "&lt;", StringComparison.Ordinal).Replace(">", "&gt;", StringComparison.Ordinal);

    /// <summary>A line with markers in a style.</summary>
    public static Trace2D Line(string name, VariantStyle style, IEnumerable<double> x, IEnumerable<double?> y) => new Trace2D("scatter")
        .With("mode", "lines+markers")
        .With("name", Plain(name))
        .With("x", x.ToArray())
        .With("y", Finite(y))
        .With("line", new Line().With("color", style.Color).With("dash", style.Dash).With("width", 2))
        .With("marker", new Marker().With("color", style.Color).With("symbol", style.Symbol).With("size", 9));

    /// <summary>An entry of the legend that stands for a group of lines without entries of their own, and shows or hides them all.</summary>
    public static Trace2D LegendEntry(string name, VariantStyle style, string group) => Line(name, style, [0], [null]).With("legendgroup", group);

    /// <summary>Markers alone, small and faint.</summary>
    public static Trace2D Dots(string name, VariantStyle style, IEnumerable<double> x, IEnumerable<double?> y) => new Trace2D("scatter")
        .With("mode", "markers")
        .With("name", Plain(name))
        .With("x", x.ToArray())
        .With("y", Finite(y))
        .With("showlegend", false)
        .With("opacity", 0.55)
        .With("marker", new Marker().With("color", style.Color).With("symbol", style.Symbol + "-open").With("size", 6));

    /// <summary>A thin dotted line without markers: guides and references.</summary>
    public static Trace2D Guide(string name, IEnumerable<double> x, IEnumerable<double?> y, string dash = "dot") => new Trace2D("scatter")
        .With("mode", "lines")
        .With("name", Plain(name))
        .With("x", x.ToArray())
        .With("y", Finite(y))
        .With("hoverinfo", "skip")
        .With("line", new Line().With("color", "#888888").With("dash", dash).With("width", 1.5));

    /// <summary>A grid of values with its text in every cell; the scale is safe for colour-blind readers and falls in lightness.</summary>
    public static Trace2D HeatMap(string[] columns, string[] rows, double?[][] values, string[][] texts, double? low, double? high) => new Trace2D("heatmap")
        .With("x", columns)
        .With("y", rows)
        .With("z", values)
        .With("text", texts)
        .With("texttemplate", "%{text}")
        .With("hovertemplate", "%{y}, %{x}: %{text}<extra></extra>")
        .With("colorscale", new object[][] { [0.0, "#f7f3ea"], [0.8, "#9dbfde"], [0.9, "#2f6fa8"], [1.0, "#00396b"] })
        .With("textfont", new Font().With("size", 13))
        .With("zmin", low)
        .With("zmax", high)
        .With("xgap", 2)
        .With("ygap", 2)
        .With("colorbar", new ColorBar().With("thickness", 12).With("outlinewidth", 0));

    /// <summary>Error bars from a value up and down; null where no interval is known.</summary>
    public static Error ErrorBars(IEnumerable<double?> above, IEnumerable<double?> below) => new Error()
        .With("type", "data")
        .With("symmetric", false)
        .With("array", Finite(above))
        .With("arrayminus", Finite(below))
        .With("thickness", 1.5)
        .With("width", 4);

    /// <summary>An axis with a title.</summary>
    public static LinearAxis Axis(string title) => new LinearAxis().With("title", new Title().With("text", Plain(title))).With("automargin", true);

    /// <summary>An axis whose ticks are exactly the given values.</summary>
    public static LinearAxis Ticks(this LinearAxis axis, IEnumerable<double> values, IEnumerable<string> labels) =>
        axis.With("tickmode", "array").With("tickvals", values.ToArray()).With("ticktext", labels.Select(Plain).ToArray());

    /// <summary>A logarithmic axis with a few round, fully written ticks; Plotly's own write 20 as a small 2.</summary>
    /// <param name="axis">The axis.</param>
    /// <param name="values">What the axis has to hold; values at or below zero do not count.</param>
    public static LinearAxis Logarithmic(this LinearAxis axis, IEnumerable<double?> values)
    {
        axis.With("type", "log").With("exponentformat", "none");
        double[] held = [.. values.OfType<double>().Where(value => value > 0 && double.IsFinite(value))];
        var ticks = held.Length == 0 ? [] : RoundTicks.Within(held.Min(), held.Max());
        return ticks.Length < 2 ? axis.With("nticks", 6) : axis.Ticks(ticks, ticks.Select(tick => TickLabel(tick, ticks[^1])));
    }

    // Large numbers with the prefix of their decade: 210,000,000 stands upright beside its neighbours as 210 M alone.
    private static string TickLabel(double tick, double largest)
    {
        var (factor, prefix) = tick switch { >= 1e12 => (1e12, " T"), >= 1e9 => (1e9, " G"), >= 1e6 => (1e6, " M"), >= 1e3 when largest >= 1e5 => (1e3, " k"), _ => (1, "") };
        return (tick / factor).ToString("#,0.##########", CultureInfo.InvariantCulture) + prefix;
    }

    /// <summary>How far lines are set apart sideways, so that equal values do not hide each other: small against the distance of two loop counts.</summary>
    /// <param name="index">The line.</param>
    /// <param name="count">How many lines there are.</param>
    public static double Aside(int index, int count) => (index - ((count - 1) / 2.0)) * Math.Min(0.07, 0.36 / count);

    /// <summary>A grey vertical band from one x to the right edge of the data.</summary>
    public static Shape Band(double from, double to) => new Shape()
        .With("type", "rect").With("xref", "x").With("yref", "paper")
        .With("x0", from).With("x1", to).With("y0", 0).With("y1", 1)
        .With("fillcolor", "rgba(128,128,128,0.16)").With("line", new Line().With("width", 0)).With("layer", "below");

    /// <summary>A vertical line across the plot.</summary>
    public static Shape VerticalLine(object at, string dash = "dash") => new Shape()
        .With("type", "line").With("xref", "x").With("yref", "paper")
        .With("x0", at).With("x1", at).With("y0", 0).With("y1", 1)
        .With("line", new Line().With("color", "#888888").With("width", 1.5).With("dash", dash));

    /// <summary>A horizontal line across the plot.</summary>
    public static Shape HorizontalLine(double at) => new Shape()
        .With("type", "line").With("xref", "paper").With("yref", "y")
        .With("x0", 0).With("x1", 1).With("y0", at).With("y1", at)
        .With("line", new Line().With("color", "#888888").With("width", 1.5).With("dash", "dot"));

    /// <summary>A small note beside a shape.</summary>
    public static Annotation Note(object x, object y, string text, string xref = "x", string yref = "paper", string xanchor = "left", string yanchor = "top") =>
        new Annotation().With("x", x).With("y", y).With("xref", xref).With("yref", yref).With("text", Plain(text))
            .With("showarrow", false).With("xanchor", xanchor).With("yanchor", yanchor);

    /// <summary>The JSON of a figure. <c>&lt;</c> is escaped, so that it can stand in a page too.</summary>
    public static string Json(IEnumerable<Trace> traces, Layout layout)
    {
        var chart = GenericChart.NewMultiChart(ListModule.OfSeq(traces), layout, new Config(), new DisplayOptions());
        return GenericChart.toFigureJson(chart).Replace("<", "\\u003c", StringComparison.Ordinal);
    }

    // JSON has no NaN: a value that is not finite is a gap.
    private static double?[] Finite(IEnumerable<double?> values) => [.. values.Select(value => value is { } number && double.IsFinite(number) ? value : null)];
}
