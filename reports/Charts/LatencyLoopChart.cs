using System.Collections.Immutable;
using System.Globalization;
using LT2.Eval.Reports.Text;
using LT2.Eval.Reports.Views;
using Plotly.NET;

namespace LT2.Eval.Reports.Charts;

/// <summary>Latency against loop count at a fixed length.</summary>
internal static class LatencyLoopChart
{
    /// <summary>One chart over the variants of one phase, batch and length.</summary>
    public static ChartFigure Of(IReadOnlyList<LoopLatency> variants, VariantStyles styles)
    {
        var first = variants[0];
        var title = $"{LatencyText.PhaseTitle(first.Phase, first.BatchSize)}, n = {Quantity.Count(first.SequenceLength)}";
        var traces = variants.Select(variant => (Trace)Plot
            .Line(variant.VariantId, styles[variant.VariantId], variant.Points.Select(point => (double)point.LoopCount), variant.Points.Select(point => (double?)point.Point.MedianMilliseconds))
            .With("error_y", Plot.ErrorBars(
                variant.Points.Select(point => (double?)Math.Max(0, point.Point.P90Milliseconds - point.Point.MedianMilliseconds)),
                variant.Points.Select(point => (double?)Math.Max(0, point.Point.MedianMilliseconds - point.Point.P10Milliseconds)))));
        int[] counts = [.. variants.SelectMany(variant => variant.Points).Select(point => point.LoopCount).Distinct().Order()];
        var layout = new Layout()
            .With("xaxis", Plot.Axis("loop count").Ticks(counts.Select(count => (double)count), counts.Select(count => count.ToString(CultureInfo.InvariantCulture))))
            .With("yaxis", Plot.Axis("latency (ms)").With("rangemode", "tozero"));
        var parts = variants.Select(variant => variant.Fit is { } fit
            ? $"{variant.VariantId}: {Cost(fit.Slope)} a loop and {Cost(fit.Intercept)} fixed"
            : $"{variant.VariantId}: one loop count");
        return new ChartFigure(title, string.Join("; ", parts) + ".", Plot.Json(traces, layout), Table(title, variants));
    }

    private static string Cost(Estimate estimate) => Quantity.WithInterval(estimate.Value, estimate.Low, estimate.High, "ms");

    private static ChartTable Table(string title, IReadOnlyList<LoopLatency> variants)
    {
        ImmutableArray<ChartColumn> columns =
        [
            new("Variant"), new("Loops", true), new("Median [p10, p90]", true), new("Over loops × one loop", true), new("Cost of a loop [95 % interval]", true),
            new("Fixed cost [95 % interval]", true),
        ];
        return new ChartTable(title, columns,
        [
            .. variants.SelectMany(variant => variant.Points.Select(point => ImmutableArray.Create(
                variant.VariantId,
                Quantity.Count(point.LoopCount),
                Quantity.WithInterval(point.Point.MedianMilliseconds, point.Point.P10Milliseconds, point.Point.P90Milliseconds, "ms"),
                Quantity.Number(variant.RelativeToOneLoop(point)),
                variant.Fit is { } fit ? Cost(fit.Slope) : "–",
                variant.Fit is { } line ? Cost(line.Intercept) : "–"))),
        ]);
    }
}
