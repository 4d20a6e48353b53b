namespace LT2.Eval.Results.Statistics;

/// <summary>
/// Holm's adjusted p-values, which hold the family-wise error rate: p̃₍ᵢ₎ = max_{j≤i} min(1, (m − j + 1)·p₍ⱼ₎).
/// Source: Holm, Scandinavian Journal of Statistics 6 (1979) 65–70.
/// </summary>
public static class HolmAdjustment
{
    /// <summary>Adjusted p-values in the order of the given ones.</summary>
    /// <exception cref="ArgumentException">One is no number: it would take every other with it.</exception>
    public static double[] Adjust(IReadOnlyList<double> pValues)
    {
        if (pValues.Any(double.IsNaN))
            throw new ArgumentException("A p-value is no number.", nameof(pValues));
        var adjusted = new double[pValues.Count];
        var running = 0.0;
        foreach (var (index, rank) in Enumerable.Range(0, pValues.Count).OrderBy(i => pValues[i]).Select((index, rank) => (index, rank)))
            adjusted[index] = running = Math.Max(running, Math.Min(1, (pValues.Count - rank) * pValues[index]));
        return adjusted;
    }
}
