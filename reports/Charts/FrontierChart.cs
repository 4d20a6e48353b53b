using System.Collections.Immutable;
using LT2.Eval.Reports.Text;
using LT2.Eval.Reports.Views;
using LT2.Eval.Results.Records;
using Plotly.NET;
using Plotly.NET.TraceObjects;

namespace LT2.Eval.Reports.Charts;

/// <summary>Quality against a cost, loop counts of a variant joined, models that nothing dominates outlined.</summary>
internal static class FrontierChart
{
    /// <summary>Fewer models than this leave nothing to compare.</summary>
    public const int FewestModels = 2;

    /// <summary>The chart; null with fewer than two models.</summary>
    public static ChartFigure? Of(QualityCase item, CostKind cost, VariantStyles styles)
    {
        var points = FrontierPoint.Of(item, cost);
        if (points.Length < FewestModels)
        {
            return null;
        }
        var title = $"{item.Title} against {cost.Name}";
        var labelled = Labelled(points);
        FrontierPoint[] best = [.. points.Where(point => !point.IsDominated).OrderBy(point => point.Cost.Value)];
        var traces = new List<Trace>
        {
            Plot.Dots("not dominated", new VariantStyle("#888888", "circle", "solid"), best.Select(point => point.Cost.Value), best.Select(point => (double?)point.Point.Mean.Value))
                .With("showlegend", true).With("hoverinfo", "skip").With("opacity", 1)
                .With("marker", new Marker().With("color", "#888888").With("symbol", "circle-open").With("size", 19)),
        };
        foreach (var line in points.GroupBy(point => point.Point.Line))
        {
            FrontierPoint[] ordered = [.. line.OrderBy(point => point.Point.TrainedLoopCount)];
            traces.Add(Plot.Line(line.Key, styles[ordered[0].Point.VariantId], ordered.Select(point => point.Cost.Value), ordered.Select(point => (double?)point.Point.Mean.Value))
                .With("mode", "lines+markers+text")
                .With("text", ordered.Select(point => labelled.Contains(point) ? Label(point) : "").ToArray())
                .With("hovertext", ordered.Select(Label).ToArray())
                .With("textposition", "top center")
                .With("error_y", Plot.ErrorBars(ordered.Select(point => point.Point.Mean.High - point.Point.Mean.Value), ordered.Select(point => point.Point.Mean.Value - point.Point.Mean.Low)))
                .With("error_x", Plot.ErrorBars(ordered.Select(point => point.Cost.High - point.Cost.Value), ordered.Select(point => point.Cost.Value - point.Cost.Low))));
        }
        var layout = new Layout()
            .With("xaxis", Plot.Axis(AxisTitle(cost)).Logarithmic(points.SelectMany(point => new[] { point.Cost.Value, point.Cost.Low, point.Cost.High })))
            .With("yaxis", Plot.Axis(CaseNames.Metric(item.Metric)));
        var summary = $"Not dominated, cheapest first: {string.Join("; ", best.Select(point => Describe(item, cost, point)))}. "
            + (item.Direction == MetricDirection.HigherIsBetter ? "Better is up and to the left." : "Better is down and to the left.");
        return new ChartFigure(title, summary, Plot.Json(traces, layout), Table(item, cost, points, title));
    }

    // "parameters" say their unit themselves.
    private static string Unit(CostKind cost) => cost.Name.StartsWith(cost.Unit, StringComparison.Ordinal) ? "1" : cost.Unit;

    private static string AxisTitle(CostKind cost) => Unit(cost) is "1" ? cost.Name : $"{cost.Name} ({cost.Unit})";

    private static string Label(FrontierPoint point) => "T=" + Quantity.Count(point.Point.TrainedLoopCount);

    // A label that would lie on another is read by pointing at its point; where every model has the same T, labels tell nothing.
    private static HashSet<FrontierPoint> Labelled(ImmutableArray<FrontierPoint> points)
    {
        const double wide = 0.09, high = 0.08; // of a label, as shares of a plot 420 pixels wide and 200 high
        var labelled = new List<(FrontierPoint Point, double X, double Y)>();
        if (points.Select(point => point.Point.TrainedLoopCount).Distinct().Count() > 1)
        {
            var (x, y) = (Share(points, point => Math.Log(point.Cost.Value)), Share(points, point => point.Point.Mean.Value));
            // The rarest T first: it is the one that a reader looks for.
            foreach (var point in points.OrderBy(point => points.Count(other => other.Point.TrainedLoopCount == point.Point.TrainedLoopCount)))
            {
                if (!labelled.Any(other => Math.Abs(other.X - x(point)) < wide && Math.Abs(other.Y - y(point)) < high))
                {
                    labelled.Add((point, x(point), y(point)));
                }
            }
        }
        return [.. labelled.Select(label => label.Point)];
    }

    private static Func<FrontierPoint, double> Share(ImmutableArray<FrontierPoint> points, Func<FrontierPoint, double> value)
    {
        var (low, high) = (points.Min(value), points.Max(value));
        return point => high > low ? (value(point) - low) / (high - low) : 0.5;
    }

    private static string Describe(QualityCase item, CostKind cost, FrontierPoint point) =>
        $"{point.Point.Line} T = {Quantity.Count(point.Point.TrainedLoopCount)} with {Quantity.WithUnit(point.Point.Mean.Value, item.Unit)} at {Quantity.WithUnit(point.Cost.Value, Unit(cost))}";

    private static ChartTable Table(QualityCase item, CostKind cost, ImmutableArray<FrontierPoint> points, string title) => new(
        title,
        [new("Variant"), new("T", true), new($"{CaseNames.Metric(item.Metric)} [95 % interval]", true), new(cost.Unit == "ms" ? $"{cost.Name} [p10, p90]" : cost.Name, true), new("Dominated")],
        [
            .. points.Select(point => ImmutableArray.Create(
                point.Point.Line, Quantity.Count(point.Point.TrainedLoopCount),
                Quantity.WithInterval(point.Point.Mean.Value, point.Point.Mean.Low, point.Point.Mean.High, item.Unit),
                Quantity.WithInterval(point.Cost.Value, point.Cost.Low, point.Cost.High, Unit(cost)),
                point.IsDominated ? "yes" : "no")),
        ]);
}
