using System.Collections.Immutable;
using LT2.Eval.Reports.Text;
using LT2.Eval.Reports.Views;
using Plotly.NET;

namespace LT2.Eval.Reports.Charts;

/// <summary>Latency against sequence length, log-log, with guides for n and n².</summary>
internal static class LatencyLengthChart
{
    /// <summary>One chart over curves of one phase and batch.</summary>
    /// <param name="title">What the curves share.</param>
    /// <param name="curves">The curves.</param>
    /// <param name="name">Name of a curve in the legend.</param>
    /// <param name="style">Style of a curve.</param>
    public static ChartFigure Of(
        string title, IReadOnlyList<LatencyCurve> curves, Func<LatencyCurve, string> name, Func<LatencyCurve, VariantStyle> style)
    {
        var traces = new List<Trace>();
        foreach (var curve in curves)
        {
            traces.Add(Plot.Line(name(curve), style(curve), curve.Points.Select(point => (double)point.SequenceLength), curve.Points.Select(point => (double?)point.MedianMilliseconds))
                .With("error_y", Plot.ErrorBars(
                    curve.Points.Select(point => (double?)Math.Max(0, point.P90Milliseconds - point.MedianMilliseconds)),
                    curve.Points.Select(point => (double?)Math.Max(0, point.MedianMilliseconds - point.P10Milliseconds)))));
        }
        int[] lengths = [.. curves.SelectMany(curve => curve.Points).Select(point => point.SequenceLength).Distinct().Order()];
        if (lengths.Length > 1)
        {
            traces.AddRange(Guides(curves, lengths));
        }
        var layout = new Layout()
            .With("xaxis", Plot.Axis("sequence length n (tokens)").With("type", "log").Ticks(lengths.Select(length => (double)length), lengths.Select(length => Quantity.Count(length))))
            .With("yaxis", Plot.Axis("latency (ms)").Logarithmic(curves.SelectMany(curve => curve.Points).SelectMany(point => new double?[] { point.P10Milliseconds, point.P90Milliseconds })));
        return new ChartFigure(title, Summary(curves, name), Plot.Json(traces, layout), Table(title, curves, name));
    }

    private static IEnumerable<Trace> Guides(IReadOnlyList<LatencyCurve> curves, int[] lengths)
    {
        // Both guides start at the geometric middle of the curves' left ends and stop where they would stretch the axis.
        var anchor = Math.Exp(curves.Where(curve => !curve.Points.IsEmpty).Average(curve => Math.Log(curve.Points[0].MedianMilliseconds)));
        var highest = curves.SelectMany(curve => curve.Points).Max(point => point.P90Milliseconds) * 1.3;
        double smallest = lengths[0];
        foreach (var (label, exponent, dash) in new[] { ("∝ n", 1.0, "dot"), ("∝ n²", 2.0, "dashdot") })
        {
            var to = Math.Min(lengths[^1], smallest * Math.Pow(highest / anchor, 1 / exponent));
            double[] x = [smallest, to];
            yield return Plot.Guide(label, x, x.Select(length => (double?)(anchor * Math.Pow(length / smallest, exponent))), dash);
        }
    }

    private static string Summary(IReadOnlyList<LatencyCurve> curves, Func<LatencyCurve, string> name)
    {
        var longest = curves.SelectMany(curve => curve.Points).Select(point => point.SequenceLength).DefaultIfEmpty().Max();
        var parts = curves.Where(curve => curve.Points.Length > 0).OrderBy(curve => curve.Points[^1].SequenceLength == longest ? 0 : 1).ThenBy(curve => curve.Points[^1].MedianMilliseconds).Select(curve =>
        {
            var last = curve.Points[^1];
            var slope = curve.Slope is { } fit ? $" (slope {Quantity.Number(fit.Exponent.Value)})" : "";
            return $"{name(curve)} {Quantity.WithUnit(last.MedianMilliseconds, "ms")}{(last.SequenceLength == longest ? "" : $" at n = {Quantity.Count(last.SequenceLength)}")}{slope}";
        });
        return $"Fastest first at n = {Quantity.Count(longest)}: {string.Join("; ", parts)}. Bars run from the tenth to the ninetieth percentile of the timed blocks.";
    }

    private static ChartTable Table(string title, IReadOnlyList<LatencyCurve> curves, Func<LatencyCurve, string> name)
    {
        ImmutableArray<ChartColumn> columns =
        [
            new("Curve"), new("n (tokens)", true), new("Median [p10, p90]", true), new("Tokens per second", true), new("Local slope to the next", true),
            new("Blocks used", true), new("Processes", true), new("Tainted blocks", true),
        ];
        var rows = curves.SelectMany(curve =>
        {
            var local = curve.LocalSlopes.ToDictionary(slope => slope.From, slope => slope.Exponent);
            return curve.Points.Select(point => ImmutableArray.Create(
                name(curve),
                Quantity.Count(point.SequenceLength),
                Quantity.WithInterval(point.MedianMilliseconds, point.P10Milliseconds, point.P90Milliseconds, "ms"),
                Quantity.Number(curve.TokensPerSecond(point)),
                local.TryGetValue(point.SequenceLength, out var slope) ? Quantity.Number(slope) : "–",
                Quantity.Count(point.BlockCount),
                Quantity.Count(point.ProcessCount),
                Quantity.Count(point.TaintedCount)));
        });
        return new ChartTable(title, columns, [.. rows]);
    }
}
