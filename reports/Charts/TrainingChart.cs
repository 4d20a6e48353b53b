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

    /// <summary>Residual root mean square after each loop, of the first seed; null where none was logged.</summary>
    public static ChartFigure? ResidualRms(TrainingGroup group)
    {
        var (cell, points) = group.Cells.FirstOrDefault(pair => pair.Points.Any(point => point.ResidualRmsByLoop.Length > 0));
        if (cell is null)
        {
            return null;
        }
        var loops = points.Max(point => point.ResidualRmsByLoop.Length);
        return Draw(
            $"{group.Title}: root mean square of the residual stream after each loop, {Name(group, cell, points)}", "root mean square", "1",
            [.. Enumerable.Range(0, loops).Select(loop => ("loop " + Quantity.Count(loop + 1), points, (Func<TrainingPointRecord, double>)(point =>
                loop < point.ResidualRmsByLoop.Length ? point.ResidualRmsByLoop[loop] : double.NaN)))], isLogarithmic: false);
    }

    private static ChartFigure BySeed(TrainingGroup group, string what, string axis, string unit, Func<TrainingPointRecord, double> value, bool isLogarithmic) =>
        Draw($"{group.Title}: {what}", axis, unit, [.. group.Cells.Select(pair => (Name(group, pair.Cell, pair.Points), pair.Points, value))], isLogarithmic);

    // A sweep trains a seed several times, and the learning rate tells its trainings apart.
    private static string Name(TrainingGroup group, CellRecord cell, ImmutableArray<TrainingPointRecord> points)
    {
        var seed = $"seed {cell.Seed?.ToString(CultureInfo.InvariantCulture) ?? "none"}";
        return group.Cells.Count(pair => pair.Cell.Seed == cell.Seed) > 1 ? $"{seed}, learning rate up to {Quantity.Number(points.Max(point => point.LearningRate))}" : seed;
    }

    private static ChartFigure Draw(
        string title, string axis, string unit, ImmutableArray<(string Name, ImmutableArray<TrainingPointRecord> Points, Func<TrainingPointRecord, double> Value)> lines,
        bool isLogarithmic)
    {
        var traces = lines.Select((line, index) => (Trace)Plot
            .Line(line.Name, VariantStyles.At(index), line.Points.Select(point => (double)point.Step), line.Points.Select(point => (double?)line.Value(point)))
            .With("mode", "lines"));
        var positive = lines.All(line => line.Points.All(point => line.Value(point) > 0));
        var layout = new Layout()
            .With("xaxis", Plot.Axis("optimiser step"))
            .With("yaxis", Plot.Axis(axis).With("type", isLogarithmic && positive ? "log" : "linear").With("exponentformat", "none").With("nticks", 6));
        var summary = string.Join("; ", lines.Select(line =>
            $"{line.Name}: {Quantity.WithUnit(line.Value(line.Points[0]), unit)} at step {Quantity.Count(line.Points[0].Step)}, "
            + $"{Quantity.WithUnit(line.Value(line.Points[^1]), unit)} at step {Quantity.Count(line.Points[^1].Step)}"));
        return new ChartFigure(title, summary + ".", Plot.Json(traces, layout), Table(title, unit, lines));
    }

    // Ten rows a line tell the course; the chart's data file has every point that is drawn.
    private static ChartTable Table(
        string title, string unit, ImmutableArray<(string Name, ImmutableArray<TrainingPointRecord> Points, Func<TrainingPointRecord, double> Value)> lines) => new(
        title, [new("Curve"), new("Step", true), new("Tokens seen", true), new("Value", true), new("Learning rate", true)],
        [
            .. lines.SelectMany(line => Enumerable.Range(0, Math.Min(10, line.Points.Length))
                .Select(index => line.Points[line.Points.Length <= 10 ? index : (int)((long)index * (line.Points.Length - 1) / 9)])
                .Select(point => ImmutableArray.Create(
                    line.Name, Quantity.Count(point.Step), Quantity.Count(point.TokensSeen), Quantity.WithUnit(line.Value(point), unit), Quantity.Number(point.LearningRate)))),
        ]);
}
