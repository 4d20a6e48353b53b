using System.Collections.Immutable;

namespace LT2.Eval.Reports.Views;

/// <summary>One model on a plane of cost and quality.</summary>
/// <param name="Point">Its quality.</param>
/// <param name="Cost">Its cost.</param>
/// <param name="IsDominated">Another model is at least as cheap and at least as good, and better in one of the two.</param>
public sealed record FrontierPoint(QualityPoint Point, Estimate Cost, bool IsDominated)
{
    /// <summary>Models tested at the loop count they were trained at whose cost is known.</summary>
    /// <param name="item">Quality.</param>
    /// <param name="cost">Cost.</param>
    public static ImmutableArray<FrontierPoint> Of(QualityCase item, CostKind cost)
    {
        (QualityPoint Point, Estimate Cost)[] both =
        [
            .. item.AtTrainedLoopCount.Select(point => (point, Cost: cost.Of(point.VariantId, point.TestedLoopCount)))
                .Where(pair => pair.Cost is not null).Select(pair => (pair.point, pair.Cost!)),
        ];
        return [.. both.Select(pair => new FrontierPoint(pair.Point, pair.Cost, both.Any(other => Dominates(item, other, pair))))];
    }

    private static bool Dominates(QualityCase item, (QualityPoint Point, Estimate Cost) other, (QualityPoint Point, Estimate Cost) one)
    {
        var (better, worse) = (item.IsBetter(other.Point.Mean.Value, one.Point.Mean.Value), item.IsBetter(one.Point.Mean.Value, other.Point.Mean.Value));
        return !worse && other.Cost.Value <= one.Cost.Value && (better || other.Cost.Value < one.Cost.Value);
    }
}
