using System.Collections.Immutable;
using System.Globalization;
using LT2.Eval.Reports.Text;
using LT2.Eval.Reports.Views;
using LT2.Eval.Results.Records;
using Plotly.NET;

namespace LT2.Eval.Reports.Charts;

/// <summary>Curves of training.</summary>
internal static class TrainingChart
{
    /// <summary>Loss of every seed.</summary>
    public static ChartFigure Loss(TrainingGroup group) =>
        BySeed(group, "training loss", "loss (nat/token)", "nat/token", point => point.Loss, isLogarithmic: true);

    /// <summary>Gradient norm of every seed.</summary>
    public static ChartFigure GradientNorm(TrainingGroup group) =>
        BySeed(group, "gradient norm before clipping", "gradient norm", "1", point => point.GradientNorm, isLogarithmic: true);

    /// <summary>Residual root mean square after each loop, of the first model that was scored, or of the first trial where no other was logged; null without any.</summary>
    public static ChartFigure? ResidualRms(TrainingGroup group)
    {
        if (group.Curves.FirstOrDefault(curve => curve.Points.Any(point => point.ResidualRmsByLoop.Length > 0)) is not { } curve)
        {
            return null;
        }
        var loops = curve.Points.Max(point => point.ResidualRmsByLoop.Length);
        return Draw(
            $"{group.Title}: root mean square of the residual stream after each loop, {Names(group)[group.Curves.IndexOf(curve)]}", "root mean square", "1",
            [.. Enumerable.Range(0, loops).Select(loop => new Line("loop " + Quantity.Count(loop + 1), curve.Points, Style(loop, false), point =>
                loop < point.ResidualRmsByLoop.Length ? point.ResidualRmsByLoop[loop] : double.NaN))], isLogarithmic: false);
    }

    private static ChartFigure BySeed(TrainingGroup group, string what, string axis, string unit, Func<TrainingPointRecord, double> value, bool isLogarithmic)
    {
        var names = Names(group);
        return Draw(
            $"{group.Title}: {what}", axis, unit, [.. group.Curves.Select((curve, index) => new Line(names[index], curve.Points, Style(index, curve.IsTrial), value))], isLogarithmic);
    }

    // Trials are dotted; so many other curves that colours repeat are dashed.
    private static VariantStyle Style(int index, bool isTrial)
    {
        var style = VariantStyles.At(index);
        return style with { Dash = isTrial ? "dot" : index < VariantStyles.ColorCount ? "solid" : "dash" };
    }

    // What trainings of a seed differ in tells them apart; where that is nothing the pages know, the cell does.
    private static string[] Names(TrainingGroup group)
    {
        var hasSeveralSteps = group.Curves.Select(curve => curve.Steps).Distinct().Count() > 1;
        string[] names = [.. group.Curves.Select(curve => Name(curve, hasSeveralSteps))];
        var repeated = names.CountBy(name => name).Where(pair => pair.Value > 1).Select(pair => pair.Key).ToHashSet(StringComparer.Ordinal);
        return [.. names.Select((name, index) => repeated.Contains(name) ? $"{name}, cell {group.Curves[index].Cell.CellId}" : name)];
    }

    private static string Name(TrainingCurve curve, bool withSteps)
    {
        var seed = $"seed {curve.Cell.Seed?.ToString(CultureInfo.InvariantCulture) ?? "none"}";
        var rate = curve.LearningRate is { } number ? $"learning rate {number.ToString("0.##########", CultureInfo.InvariantCulture)}" : null;
        var steps = withSteps && curve.Steps is { } count ? Quantity.Count(count, "step") : null;
        return string.Join(", ", new[] { curve.IsTrial ? $"{seed}, sweep trial" : seed, rate is not null && curve.IsOfSweep ? rate + " (chosen)" : rate, steps }.OfType<string>());
    }

    private static ChartFigure Draw(string title, string axis, string unit, ImmutableArray<Line> lines, bool isLogarithmic)
    {
        var traces = lines.Select(line => (Trace)Plot
            .Line(line.Name, line.Style, line.Points.Select(point => (double)point.Step), line.Points.Select(point => (double?)line.Value(point)))
            .With("mode", "lines"));
        var values = lines.SelectMany(line => line.Points.Select(point => (double?)line.Value(point))).ToArray();
        var layout = new Layout()
            .With("xaxis", Plot.Axis("optimiser step"))
            .With("yaxis", isLogarithmic && values.All(value => value > 0) ? Plot.Axis(axis).Logarithmic(values) : Plot.Axis(axis).With("exponentformat", "none").With("nticks", 6));
        var summary = string.Join("; ", lines.Select(line =>
            $"{line.Name}: {Quantity.WithUnit(line.Value(line.Points[0]), unit)} at step {Quantity.Count(line.Points[0].Step)}, "
            + $"{Quantity.WithUnit(line.Value(line.Points[^1]), unit)} at step {Quantity.Count(line.Points[^1].Step)}"));
        return new ChartFigure(title, summary + ".", Plot.Json(traces, layout), Table(title, unit, lines));
    }

    // Ten rows a line tell the course; the chart's data file has every point that is drawn.
    private static ChartTable Table(string title, string unit, ImmutableArray<Line> lines) => new(
        title, [new("Curve"), new("Step", true), new("Tokens seen", true), new("Value", true), new("Learning rate", true)],
        [
            .. lines.SelectMany(line => Enumerable.Range(0, Math.Min(10, line.Points.Length))
                .Select(index => line.Points[line.Points.Length <= 10 ? index : (int)((long)index * (line.Points.Length - 1) / 9)])
                .Select(point => ImmutableArray.Create(
                    line.Name, Quantity.Count(point.Step), Quantity.Count(point.TokensSeen), Quantity.WithUnit(line.Value(point), unit), Quantity.Number(point.LearningRate)))),
        ]);

    private sealed record Line(string Name, ImmutableArray<TrainingPointRecord> Points, VariantStyle Style, Func<TrainingPointRecord, double> Value);
}
