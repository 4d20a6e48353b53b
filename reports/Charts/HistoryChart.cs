using System.Collections.Immutable;
using System.Globalization;
using LT2.Eval.Reports.Input;
using LT2.Eval.Reports.Text;
using LT2.Eval.Reports.Views;
using LT2.Eval.Results.Records;
using Plotly.NET;
using Plotly.NET.LayoutObjects;

namespace LT2.Eval.Reports.Charts;

/// <summary>A series through time with pins, steps and changes of the environment.</summary>
internal static class HistoryChart
{
    /// <summary>The chart.</summary>
    public static ChartFigure Of(SeriesHistory history, IReadOnlyList<PinMark> pins, IReadOnlyList<EnvironmentChange> environment)
    {
        var series = history.Series;
        var unit = series.Unit;
        var traces = new List<Trace> { Values("value", history.Valid, "circle"), };
        HistoryPoint[] excluded = [.. series.Points.Where(point => point is { IsExcluded: true, Value: not null })];
        if (excluded.Length > 0)
        {
            traces.Add(Values("left out", excluded, "circle-open").With("mode", "markers"));
        }
        if (!history.Steps.IsEmpty)
        {
            traces.Add(Levels(history));
        }
        var runs = series.Points.Select(point => point.RunId).ToHashSet(StringComparer.Ordinal);
        var shapes = new List<Shape>();
        var notes = new List<Annotation>();
        foreach (var pin in pins.Where(pin => runs.Contains(pin.RunId)))
        {
            Mark(shapes, notes, series.Points.First(point => point.RunId == pin.RunId).StartedUtc, "pin", "solid");
        }
        foreach (var change in environment.Where(change => runs.Contains(change.RunId)))
        {
            Mark(shapes, notes, change.StartedUtc, "env", "dot");
        }
        foreach (var step in history.Steps)
        {
            Mark(shapes, notes, history.Valid[step.Index].StartedUtc, "step", "dash");
        }
        var layout = new Layout()
            .With("xaxis", Plot.Axis("start of the run (UTC)").With("type", "date"))
            .With("yaxis", Plot.Axis(unit is "1" or "" ? CaseNames.Metric(series.Key.Metric) : $"{CaseNames.Metric(series.Key.Metric)} ({unit})").With("exponentformat", "none"))
            .With("shapes", shapes)
            .With("annotations", notes);
        return new ChartFigure(history.Title, Summary(history), Plot.Json(traces, layout), Table(history), IsTall: true);
    }

    private static Trace2D Values(string name, IReadOnlyList<HistoryPoint> points, string symbol) => new Trace2D("scatter")
        .With("mode", "lines+markers")
        .With("name", name)
        .With("x", points.Select(point => Time(point.StartedUtc)).ToArray())
        .With("y", points.Select(point => point.Value).ToArray())
        .With("error_y", Plot.ErrorBars(points.Select(point => 1.96 * point.StandardError), points.Select(point => 1.96 * point.StandardError)))
        .With("line", new Line().With("color", "#0072b2").With("width", 1.5))
        .With("marker", new Plotly.NET.TraceObjects.Marker().With("color", "#0072b2").With("symbol", symbol).With("size", 6));

    private static Trace2D Levels(SeriesHistory history)
    {
        var x = new List<string>();
        var y = new List<double?>();
        int[] bounds = [0, .. history.Steps.Select(step => step.Index), history.Valid.Length];
        for (var i = 0; i + 1 < bounds.Length; i++)
        {
            var level = i == 0 ? history.Steps[0].Before : history.Steps[i - 1].After;
            x.AddRange([Time(history.Valid[bounds[i]].StartedUtc), Time(history.Valid[bounds[i + 1] - 1].StartedUtc), Time(history.Valid[bounds[i + 1] - 1].StartedUtc)]);
            y.AddRange([level, level, null]);
        }
        return new Trace2D("scatter").With("mode", "lines").With("name", "level between steps").With("x", x.ToArray()).With("y", y.ToArray())
            .With("line", new Line().With("color", "#d55e00").With("width", 2).With("dash", "dash"));
    }

    private static void Mark(List<Shape> shapes, List<Annotation> notes, DateTimeOffset at, string text, string dash)
    {
        shapes.Add(Plot.VerticalLine(Time(at), dash));
        notes.Add(Plot.Note(Time(at), 1.0, text, yanchor: "bottom", xanchor: "center"));
    }

    private static string Time(DateTimeOffset moment) => moment.ToUniversalTime().ToString("yyyy-MM-dd HH:mm:ss", CultureInfo.InvariantCulture);

    private static string Summary(SeriesHistory history)
    {
        var series = history.Series;
        if (history.Valid.IsEmpty)
        {
            return "No run has a value that counts.";
        }
        var last = history.Valid[^1];
        var steps = history.Steps.IsEmpty
            ? "no step was found"
            : "steps: " + string.Join("; ", history.Steps.Select(step =>
                $"{Quantity.WithUnit(step.Before, series.Unit)} → {Quantity.WithUnit(step.After, series.Unit)} ({Quantity.SignedPercent((step.After / step.Before) - 1)}, "
                + $"{(history.IsWorse(step) ? "worse" : "better")}) from {Quantity.Moment(history.Valid[step.Index].StartedUtc)} on"));
        return $"{Quantity.Count(history.Valid.Length, "run")} with a value; the last has {Quantity.WithUnit(last.Value, series.Unit)}; {steps}. "
            + (series.Direction == MetricDirection.HigherIsBetter ? "Higher is better." : "Lower is better.");
    }

    private static ChartTable Table(SeriesHistory history) => new(
        history.Title, [new("Run"), new("Started"), new("Value", true), new("Standard error", true), new("Counts")],
        [
            .. history.Series.Points.Reverse().Select(point => ImmutableArray.Create(
                point.RunId, Quantity.Moment(point.StartedUtc), Quantity.WithUnit(point.Value, history.Series.Unit), Quantity.Number(point.StandardError),
                point.IsExcluded ? "no" : "yes")),
        ]);
}
