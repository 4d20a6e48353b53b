namespace LT2.Eval.Results.Statistics;

/// <summary>
/// Sample quantile with linear interpolation between order statistics: h = (n − 1)·p, value = x₍⌊h⌋₎ + (h − ⌊h⌋)·(x₍⌊h⌋+1₎ − x₍⌊h⌋₎).
/// Source: Hyndman and Fan, The American Statistician 50 (1996) 361–365, definition 7.
/// </summary>
public static class Quantile
{
    /// <summary>The quantile p in [0, 1] of values in any order; at least one.</summary>
    public static double Of(IEnumerable<double> values, double p) => OfSorted(values.Order().ToArray(), p);

    /// <summary>The median.</summary>
    public static double Median(IEnumerable<double> values) => Of(values, 0.5);

    /// <summary>The quantile of ascending values.</summary>
    public static double OfSorted(ReadOnlySpan<double> sorted, double p)
    {
        ArgumentOutOfRangeException.ThrowIfZero(sorted.Length, nameof(sorted));
        var position = (sorted.Length - 1) * p;
        var below = (int)Math.Floor(position);
        return below + 1 >= sorted.Length ? sorted[^1] : sorted[below] + ((position - below) * (sorted[below + 1] - sorted[below]));
    }
}
