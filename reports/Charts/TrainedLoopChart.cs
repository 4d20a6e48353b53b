using System.Globalization;
using LT2.Eval.Reports.Text;
using LT2.Eval.Reports.Views;

namespace LT2.Eval.Reports.Charts;

/// <summary>Quality of models trained at each loop count, each tested at its own.</summary>
internal static class TrainedLoopChart
{
    /// <summary>
    /// The chart; null when no model was tested at the loop count it was trained at, and where every model was trained at the same one and tested at others
    /// too: a single column of points then says nothing that the panel of tested loop counts does not.
    /// </summary>
    public static ChartFigure? Of(QualityCase item, VariantStyles styles)
    {
        QualityPoint[] points = [.. item.AtTrainedLoopCount];
        var isOneColumn = points.Select(point => point.TrainedLoopCount).Distinct().Count() == 1;
        if (points.Length == 0 || (isOneColumn && points.All(point => item.Points.Any(other => other.Line == point.Line && other.TestedLoopCount != point.TestedLoopCount))))
        {
            return null;
        }
        QualityPoint[] before = [.. item.Before.Where(point => point.TestedLoopCount == point.TrainedLoopCount)];
        var title = $"{item.Title}, models trained {(isOneColumn ? $"and tested at T = {Quantity.Count(points[0].TrainedLoopCount)}" : "at each loop count T")}";
        var json = LoopChart.Json(item, points, before, point => point.TrainedLoopCount, "trained loop count T (tested at the same)", styles, null);
        return new ChartFigure(title, Summary(item, points, before), json, LoopText.Table(item, points, before, title));
    }

    private static string Summary(QualityCase item, QualityPoint[] points, QualityPoint[] before)
    {
        var lines = points.GroupBy(point => point.Line).Select(line =>
        {
            var best = line.Aggregate((left, right) => item.IsBetter(right.Mean.Value, left.Mean.Value) ? right : left);
            var value = Quantity.WithInterval(best.Mean.Value, best.Mean.Low, best.Mean.High, item.Unit);
            return line.Count() == 1
                ? string.Create(CultureInfo.InvariantCulture, $"{line.Key} has {value} at T = {best.TrainedLoopCount}")
                : string.Create(CultureInfo.InvariantCulture, $"{line.Key} is best at T = {best.TrainedLoopCount} with {value}");
        });
        return string.Join("; ", lines) + "." + LoopText.BeforeSentence(item, points, before, point => point.TrainedLoopCount, "T") + LoopText.ChanceSentence(item);
    }
}
