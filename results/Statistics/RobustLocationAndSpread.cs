namespace LT2.Eval.Results.Statistics;

/// <summary>Median and two spreads of values.</summary>
/// <param name="Median">Median.</param>
/// <param name="ScaledMad">1.4826 · median |x − median|: estimates σ of normal values and ignores outliers.</param>
/// <param name="StandardDeviation">√(Σ(x − mean)²/(n − 1)); 0 for one value.</param>
public sealed record RobustLocationAndSpread(double Median, double ScaledMad, double StandardDeviation)
{
    private const double NormalConsistency = 1.482602218505602; // 1/Φ⁻¹(3/4)

    /// <summary>Computes it. Source: Hampel, JASA 69 (1974) 383–393; Rousseeuw and Croux, JASA 88 (1993) 1273–1283.</summary>
    public static RobustLocationAndSpread Of(IReadOnlyList<double> values)
    {
        var median = Quantile.Median(values);
        var mean = values.Average();
        var variance = values.Count < 2 ? 0 : values.Sum(value => (value - mean) * (value - mean)) / (values.Count - 1);
        return new(median, NormalConsistency * Quantile.Median(values.Select(value => Math.Abs(value - median))), Math.Sqrt(variance));
    }
}
