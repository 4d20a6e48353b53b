using System.Collections.Immutable;
using LT2.Eval.Reports.Text;
using LT2.Eval.Reports.Views;

namespace LT2.Eval.Reports.Charts;

/// <summary>Plateaus of one case.</summary>
internal static class PlateauTable
{
    /// <summary>The table; without rows where no line was tested at two loop counts.</summary>
    public static ChartTable Of(QualityCase item) => new(
        $"{item.Title}: plateau, the smallest T′ within {(item.IsShare ? "0.01" : "1 %")} of the best",
        [new("Variant"), new("T", true), new("Plateau T′", true), new("Value there", true), new("Best T′", true), new("Best value", true)],
        [
            .. Plateau.Of(item).Select(plateau => ImmutableArray.Create(
                plateau.Line, Quantity.Count(plateau.TrainedLoopCount), Quantity.Count(plateau.PlateauLoopCount), Quantity.WithUnit(plateau.Value, item.Unit),
                Quantity.Count(plateau.BestLoopCount), Quantity.WithUnit(plateau.Best, item.Unit))),
        ]);
}
