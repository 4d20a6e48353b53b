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
                .With("text", ordered.Select(point => "T=" + Quantity.Count(point.Point.TrainedLoopCount)).ToArray())
                .With("textposition", "top center")
                .With("error_y", Plot.ErrorBars(ordered.Select(point => point.Point.Mean.High - point.Point.Mean.Value), ordered.Select(point => point.Point.Mean.Value - point.Point.Mean.Low)))
                .With("error_x", Plot.ErrorBars(ordered.Select(point => point.Cost.High - point.Cost.Value), ordered.Select(point => point.Cost.Value - point.Cost.Low))));
        }
        var layout = new Layout()
            .With("xaxis", Plot.Axis($"{cost.Name} ({cost.Unit})").Logarithmic(points.SelectMany(point => new[] { point.Cost.Value, point.Cost.Low, point.Cost.High })))
            .With("yaxis", Plot.Axis(CaseNames.Metric(item.Metric)));
        var summary = $"Not dominated, cheapest first: {string.Join("; ", best.Select(point => Describe(item, cost, point)))}. "
            + (item.Direction == MetricDirection.HigherIsBetter ? "Better is up and to the left." : "Better is down and to the left.");
        return new ChartFigure(title, summary, Plot.Json(traces, layout), Table(item, cost, points, title));
    }

    private static string Describe(QualityCase item, CostKind cost, FrontierPoint point) =>
        $"{point.Point.Line} T = {Quantity.Count(point.Point.TrainedLoopCount)} with {Quantity.WithUnit(point.Point.Mean.Value, item.Unit)} at {Quantity.WithUnit(point.Cost.Value, cost.Unit)}";

    private static ChartTable Table(QualityCase item, CostKind cost, ImmutableArray<FrontierPoint> points, string title) => new(
        title,
        [new("Variant"), new("T", true), new($"{CaseNames.Metric(item.Metric)} [95 % interval]", true), new(cost.Unit == "ms" ? $"{cost.Name} [p10, p90]" : cost.Name, true), new("Dominated")],
        [
            .. points.Select(point => ImmutableArray.Create(
                point.Point.Line, Quantity.Count(point.Point.TrainedLoopCount),
                Quantity.WithInterval(point.Point.Mean.Value, point.Point.Mean.Low, point.Point.Mean.High, item.Unit),
                Quantity.WithInterval(point.Cost.Value, point.Cost.Low, point.Cost.High, cost.Unit),
                point.IsDominated ? "yes" : "no")),
        ]);
}
