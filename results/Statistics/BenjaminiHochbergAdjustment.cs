namespace LT2.Eval.Results.Statistics;

/// <summary>
/// Benjamini and Hochberg's adjusted p-values, which hold the false discovery rate: p̃₍ᵢ₎ = min_{j≥i} min(1, m·p₍ⱼ₎/j).
/// Source: J. Royal Statistical Society B 57 (1995) 289–300.
/// </summary>
public static class BenjaminiHochbergAdjustment
{
    /// <summary>Adjusted p-values in the order of the given ones.</summary>
    public static double[] Adjust(IReadOnlyList<double> pValues)
    {
        var adjusted = new double[pValues.Count];
        var running = 1.0;
        var descending = Enumerable.Range(0, pValues.Count).OrderByDescending(i => pValues[i]).ToList();
        for (var i = 0; i < descending.Count; i++)
        {
            var rank = descending.Count - i;
            adjusted[descending[i]] = running = Math.Min(running, pValues[descending[i]] * pValues.Count / rank);
        }
        return adjusted;
    }
}
