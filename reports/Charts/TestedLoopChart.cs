using System.Globalization;
using LT2.Eval.Reports.Text;
using LT2.Eval.Reports.Views;

namespace LT2.Eval.Reports.Charts;

/// <summary>One checkpoint of each variant, all trained at one loop count, tested at several.</summary>
internal static class TestedLoopChart
{
    /// <summary>One chart for each trained loop count with more than one tested loop count.</summary>
    public static IEnumerable<ChartFigure> Of(QualityCase item, VariantStyles styles)
    {
        foreach (var trained in item.Points.GroupBy(point => point.TrainedLoopCount).OrderBy(group => group.Key))
        {
            QualityPoint[] points = [.. trained];
            if (points.Select(point => point.TestedLoopCount).Distinct().Count() < 2)
            {
                continue;
            }
            QualityPoint[] before = [.. item.Before.Where(point => point.TrainedLoopCount == trained.Key)];
            var title = string.Create(CultureInfo.InvariantCulture, $"{item.Title}, checkpoints trained at T = {trained.Key}, tested at T′");
            var json = LoopChart.Json(item, points, before, point => point.TestedLoopCount, "tested loop count T′", styles, trained.Key);
            yield return new ChartFigure(title, Summary(item, points, before, trained.Key), json, LoopText.Table(item, points, before, title));
        }
    }

    private static string Summary(QualityCase item, QualityPoint[] points, QualityPoint[] before, int trained)
    {
        var lines = points.GroupBy(point => point.Line).Select(line =>
        {
            var atTrained = line.FirstOrDefault(point => point.TestedLoopCount == trained);
            var first = line.First();
            var last = line.Last();
            var middle = atTrained is null || atTrained == first || atTrained == last
                ? ""
                : $", {Quantity.WithUnit(atTrained.Mean.Value, item.Unit)} at the trained T′ = {Quantity.Count(trained)}";
            return $"{line.Key}: {Quantity.WithUnit(first.Mean.Value, item.Unit)} at T′ = {Quantity.Count(first.TestedLoopCount)}{middle}, "
                + $"{Quantity.WithUnit(last.Mean.Value, item.Unit)} at T′ = {Quantity.Count(last.TestedLoopCount)}";
        });
        return string.Join("; ", lines) + "." + LoopText.BeforeSentence(item, points, before, point => point.TestedLoopCount, "T′") + LoopText.ChanceSentence(item);
    }
}
