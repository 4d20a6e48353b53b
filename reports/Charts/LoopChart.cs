using System.Globalization;
using LT2.Eval.Reports.Text;
using LT2.Eval.Reports.Views;
using Plotly.NET;
using Plotly.NET.LayoutObjects;

namespace LT2.Eval.Reports.Charts;

/// <summary>What the two kinds of quality-against-loop-count charts share.</summary>
internal static class LoopChart
{
    private const string ReferenceSuffix = ", reference run", ReferenceGroup = "reference";

    /// <summary>
    /// Lines with intervals, every seed, the same in the reference run, chance, and, for tested loop counts, the trained one and the shaded range beyond it.
    /// </summary>
    public static string Json(
        QualityCase item, QualityPoint[] points, QualityPoint[] before, Func<QualityPoint, int> loopCount, string axisTitle, VariantStyles styles, int? trained)
    {
        var counts = points.Select(loopCount).Distinct().Order().ToArray();
        var traces = new List<Trace>();
        var lines = points.GroupBy(point => point.Line).ToArray();
        var earlier = before.ToLookup(point => point.Line);
        // Side by side with its reference, so that a value that did not move does not hide it.
        var places = lines.Sum(line => earlier.Contains(line.Key) ? 2 : 1);
        var place = 0;
        foreach (var line in lines)
        {
            QualityPoint[] ordered = [.. line.OrderBy(loopCount)];
            var style = styles[ordered[0].VariantId];
            if (earlier.Contains(line.Key))
            {
                traces.Add(Curve(line.Key + ReferenceSuffix, style.InReference, [.. earlier[line.Key].OrderBy(loopCount)], loopCount, Plot.Aside(place++, places))
                    .With("showlegend", false).With("legendgroup", ReferenceGroup));
            }
            var aside = Plot.Aside(place++, places);
            traces.Add(Curve(line.Key, style, ordered, loopCount, aside));
            var seeds = ordered.Where(point => point.Seeds.Length > 1).SelectMany(point => point.Seeds.Select(seed => (X: loopCount(point), seed.Estimate.Value))).ToArray();
            if (seeds.Length > 0)
            {
                traces.Add(Plot.Dots($"{line.Key}, each seed", style, seeds.Select(seed => seed.X + aside), seeds.Select(seed => (double?)seed.Value)));
            }
        }
        if (earlier.Count > 0)
        {
            traces.Add(Plot.LegendEntry("dashed, open marker: reference run", new VariantStyle("#888888", "circle", "solid").InReference, ReferenceGroup));
        }
        traces.AddRange(References(item, points, counts));
        var shapes = new List<Shape>();
        var notes = new List<Annotation>();
        if (trained is { } at)
        {
            shapes.Add(Plot.VerticalLine(at));
            notes.Add(Plot.Note(at, 1.0, "trained T", yanchor: "bottom", xanchor: "center"));
            if (counts[^1] > at)
            {
                shapes.Add(Plot.Band(at, counts[^1] + 0.3));
            }
        }
        if (item.Chance is { } chance)
        {
            shapes.Add(Plot.HorizontalLine(chance));
            notes.Add(Plot.Note(1.0, chance, "chance", xref: "paper", yref: "y", xanchor: "right", yanchor: "bottom"));
        }
        var yAxis = Plot.Axis(item.Unit is "1" or "" ? CaseNames.Metric(item.Metric) : $"{CaseNames.Metric(item.Metric)} ({item.Unit})");
        if (item.IsShare)
        {
            yAxis.With("range", new[] { -0.03, 1.05 });
        }
        var xAxis = Plot.Axis(axisTitle)
            .Ticks(counts.Select(count => (double)count), counts.Select(count => count.ToString(CultureInfo.InvariantCulture)))
            .With("range", new[] { counts[0] - 0.3, counts[^1] + 0.3 });
        return Plot.Json(traces, new Layout().With("xaxis", xAxis).With("yaxis", yAxis).With("shapes", shapes).With("annotations", notes));
    }

    private static Trace2D Curve(string name, VariantStyle style, QualityPoint[] points, Func<QualityPoint, int> loopCount, double aside) => Plot
        .Line(name, style, points.Select(point => loopCount(point) + aside), points.Select(point => (double?)point.Mean.Value))
        .With("text", points.Select(point => Quantity.Count(loopCount(point))).ToArray())
        .With("hovertemplate", "%{y:.3g} at loop count %{text}")
        .With("error_y", Plot.ErrorBars(points.Select(point => point.Mean.High - point.Mean.Value), points.Select(point => point.Mean.Value - point.Mean.Low)));

    // A reference far from every curve would squeeze the curves; it stands in the table alone.
    private static IEnumerable<Trace> References(QualityCase item, QualityPoint[] points, int[] counts)
    {
        var (low, high) = (points.Min(point => point.Mean.Value), points.Max(point => point.Mean.Value));
        var margin = Math.Max(high - low, 0.1 * Math.Abs(high));
        double[] x = [counts[0] - 0.3, counts[^1] + 0.3];
        string[] dashes = ["dot", "dashdot", "longdash", "longdashdot", "dash"];
        return item.References.Where(reference => reference.Estimate.Value >= low - margin && reference.Estimate.Value <= high + margin)
            .Select((reference, index) => Plot.Guide(reference.Name, x, [reference.Estimate.Value, reference.Estimate.Value], dashes[index % dashes.Length]));
    }
}
