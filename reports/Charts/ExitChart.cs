using System.Collections.Immutable;
using LT2.Eval.Reports.Text;
using LT2.Eval.Reports.Views;
using Plotly.NET;

namespace LT2.Eval.Reports.Charts;

/// <summary>Loss, loops and latency of early exit against the threshold.</summary>
internal static class ExitChart
{
    /// <summary>One chart for a measurement, with a line for each variant.</summary>
    public static ChartFigure Of(IReadOnlyList<ExitLine> lines, VariantStyles styles)
    {
        var (name, unit) = (CaseNames.Metric(lines[0].Metric), lines[0].Unit);
        var title = $"{lines[0].TaskId}: {name} against the exit threshold";
        var traces = lines.Select(line => (Trace)Plot
            .Line(line.VariantId, styles[line.VariantId], line.Points.Select(point => point.Threshold), line.Points.Select(point => (double?)point.Estimate.Value))
            .With("error_y", Plot.ErrorBars(line.Points.Select(point => point.Estimate.High - point.Estimate.Value), line.Points.Select(point => point.Estimate.Value - point.Estimate.Low))));
        var layout = new Layout().With("xaxis", Plot.Axis("exit threshold")).With("yaxis", Plot.Axis($"{name} ({unit})"));
        var summary = string.Join("; ", lines.Select(line =>
            $"{line.VariantId}: {Quantity.WithUnit(line.Points[0].Estimate.Value, unit)} at {Quantity.Number(line.Points[0].Threshold)}, {Quantity.WithUnit(line.Points[^1].Estimate.Value, unit)} at {Quantity.Number(line.Points[^1].Threshold)}"));
        return new ChartFigure(title, summary + ".", Plot.Json(traces, layout), new ChartTable(
            title, [new("Variant"), new("Threshold", true), new($"{name} [95 % interval]", true)],
            [.. lines.SelectMany(line => line.Points.Select(point => ImmutableArray.Create(
                line.VariantId, Quantity.Number(point.Threshold), Quantity.WithInterval(point.Estimate.Value, point.Estimate.Low, point.Estimate.High, unit))))]));
    }
}
