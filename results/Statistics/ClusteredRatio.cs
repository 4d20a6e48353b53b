namespace LT2.Eval.Results.Statistics;

/// <summary>
/// R = Σn/Σd over C clusters with the linearised standard error √(C/(C−1)·Σ(n_c − R·d_c)²)/Σd.
/// Source: Cochran, <em>Sampling Techniques</em>, 3rd ed. 1977, §6.3 and §9A.
/// </summary>
/// <param name="Ratio">R.</param>
/// <param name="StandardError">Its standard error; NaN with fewer than two clusters.</param>
/// <param name="ClusterCount">C.</param>
public readonly record struct ClusteredRatio(double Ratio, double StandardError, int ClusterCount)
{
    /// <summary>Computes it from each cluster's sums.</summary>
    public static ClusteredRatio Of(ReadOnlySpan<double> numerators, ReadOnlySpan<double> denominators)
    {
        if (numerators.Length != denominators.Length)
            throw new ArgumentException($"{numerators.Length} numerators and {denominators.Length} denominators.", nameof(denominators));
        double numerator = 0, denominator = 0;
        for (var c = 0; c < numerators.Length; c++)
            (numerator, denominator) = (numerator + numerators[c], denominator + denominators[c]);
        var ratio = numerator / denominator;
        double squares = 0;
        for (var c = 0; c < numerators.Length; c++)
            squares += Math.Pow(numerators[c] - (ratio * denominators[c]), 2);
        var count = (double)numerators.Length;
        return new(ratio, Math.Sqrt(count / (count - 1) * squares) / Math.Abs(denominator), numerators.Length);
    }
}
