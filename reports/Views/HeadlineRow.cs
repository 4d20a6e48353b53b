using System.Collections.Immutable;

namespace LT2.Eval.Reports.Views;

/// <summary>One case of the headline table.</summary>
/// <param name="Case">The case.</param>
/// <param name="Cells">For each variant of the model, the point shown; null where it was not measured.</param>
/// <param name="Best">The best value; null where fewer than two variants have one.</param>
public sealed record HeadlineRow(QualityCase Case, ImmutableArray<QualityPoint?> Cells, double? Best)
{
    /// <summary>
    /// For each case and variant the value at the largest trained loop count, tested at the same: the figure that a reader who looks at
    /// nothing else should take away. The best loop count is never searched for.
    /// </summary>
    /// <param name="model">The model.</param>
    public static ImmutableArray<HeadlineRow> Of(ReportModel model) =>
    [
        .. model.Quality.Select(item =>
        {
            ImmutableArray<QualityPoint?> cells =
            [
                .. model.Variants.Select(variant => item.AtTrainedLoopCount.Where(point => point.VariantId == variant).MaxBy(point => point.TrainedLoopCount)),
            ];
            var best = cells.OfType<QualityPoint>().Aggregate(default(QualityPoint), (left, right) =>
                left is null || item.IsBetter(right.Mean.Value, left.Mean.Value) ? right : left);
            return new HeadlineRow(item, cells, cells.OfType<QualityPoint>().Count() > 1 ? best?.Mean.Value : null);
        }).Where(row => row.Cells.Any(cell => cell is not null)),
    ];
}
