using System.Collections.Immutable;
using LT2.Eval.Reports.Text;
using LT2.Eval.Reports.Views;
using Plotly.NET;

namespace LT2.Eval.Reports.Charts;

/// <summary>Peak memory against sequence length, and how far each variant got.</summary>
internal static class MemoryChart
{
    private const double Mebibyte = 1 << 20;

    /// <summary>One chart for each loop count of a phase and batch with a memory of at least two lengths.</summary>
    public static IEnumerable<ChartFigure> Of(string title, IEnumerable<MemoryCurve> curves, VariantStyles styles) => curves
        .Where(curve => curve.PeakBytes.Length > 1).GroupBy(curve => curve.LoopCount).OrderBy(group => group.Key)
        .Select(group => Chart($"{title}, {Quantity.Count(group.Key, "loop")}: peak memory", [.. group], styles));

    /// <summary>Longest length that ran, shortest that failed, longest that fits where that was searched, memory at the longest that was probed.</summary>
    public static ChartTable Limits(string title, IEnumerable<MemoryCurve> curves) => new(
        $"{title}: how far each variant got",
        [new("Variant"), new("Loops", true), new("Longest n timed", true), new("Shortest n that failed", true), new("Longest n that fits", true), new("Peak memory", true)],
        [
            .. curves.Select(curve => ImmutableArray.Create(
                curve.VariantId, Quantity.Count(curve.LoopCount), curve.LongestTimed is { } longest ? Quantity.Count(longest) : "none",
                curve.ShortestFailed is { } failed ? Quantity.Count(failed) : "none",
                curve.LongestFitting is { } fits ? Quantity.Count(fits) : "not searched",
                curve.PeakBytes.IsEmpty ? "–" : $"{Quantity.WithUnit(curve.PeakBytes[^1].Bytes, "byte")} at n = {Quantity.Count(curve.PeakBytes[^1].Length)}")),
        ]);

    private static ChartFigure Chart(string title, MemoryCurve[] curves, VariantStyles styles)
    {
        var traces = curves.Select(curve => (Trace)Plot.Line(
            curve.VariantId, styles[curve.VariantId], curve.PeakBytes.Select(point => (double)point.Length), curve.PeakBytes.Select(point => (double?)(point.Bytes / Mebibyte))));
        int[] lengths = [.. curves.SelectMany(curve => curve.PeakBytes).Select(point => point.Length).Distinct().Order()];
        var layout = new Layout()
            .With("xaxis", Plot.Axis("sequence length n (tokens)").With("type", "log").Ticks(lengths.Select(length => (double)length), lengths.Select(length => Quantity.Count(length))))
            .With("yaxis", Plot.Axis("peak memory (MiB)").Logarithmic(curves.SelectMany(curve => curve.PeakBytes).Select(point => (double?)(point.Bytes / Mebibyte))));
        var summary = string.Join("; ", curves.Select(curve => $"{curve.VariantId}: {Quantity.WithUnit(curve.PeakBytes[^1].Bytes, "byte")} at n = {Quantity.Count(curve.PeakBytes[^1].Length)}"));
        return new ChartFigure(title, summary + ".", Plot.Json(traces, layout), new ChartTable(
            title, [new("Variant"), new("n (tokens)", true), new("Peak memory", true)],
            [.. curves.SelectMany(curve => curve.PeakBytes.Select(point => ImmutableArray.Create(curve.VariantId, Quantity.Count(point.Length), Quantity.WithUnit(point.Bytes, "byte"))))]));
    }
}
