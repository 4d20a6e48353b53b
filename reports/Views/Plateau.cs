using System.Collections.Immutable;
using LT2.Eval.Results.Records;

namespace LT2.Eval.Reports.Views;

/// <summary>Where looping stops paying.</summary>
/// <param name="Line">The line.</param>
/// <param name="TrainedLoopCount">T.</param>
/// <param name="PlateauLoopCount">Smallest T′ whose value is within the margin of the best.</param>
/// <param name="Value">Value there.</param>
/// <param name="BestLoopCount">T′ of the best value.</param>
/// <param name="Best">The best value.</param>
public sealed record Plateau(string Line, int TrainedLoopCount, int PlateauLoopCount, double Value, int BestLoopCount, double Best)
{
    /// <summary>Margin: one point of a share, one percent of any other value.</summary>
    public const double Margin = 0.01;

    /// <summary>The plateau of every line that was tested at two loop counts or more.</summary>
    /// <param name="item">The case.</param>
    public static ImmutableArray<Plateau> Of(QualityCase item) =>
    [
        .. item.Points.GroupBy(point => (point.Line, point.TrainedLoopCount)).Where(line => line.Count() > 1).Select(line =>
        {
            var best = line.Aggregate((left, right) => item.IsBetter(right.Mean.Value, left.Mean.Value) ? right : left);
            var margin = item.IsShare ? Margin : Margin * Math.Abs(best.Mean.Value);
            var sign = item.Direction == MetricDirection.HigherIsBetter ? 1 : -1;
            var plateau = line.OrderBy(point => point.TestedLoopCount).First(point => sign * (best.Mean.Value - point.Mean.Value) <= margin);
            return new Plateau(line.Key.Line, line.Key.TrainedLoopCount, plateau.TestedLoopCount, plateau.Mean.Value, best.TestedLoopCount, best.Mean.Value);
        }),
    ];
}
