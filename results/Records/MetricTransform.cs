namespace LT2.Eval.Results.Records;

/// <summary>How per-sample (numerator, denominator) pairs become the value of a metric.</summary>
public enum MetricTransform
{
    /// <summary>Σ numerator / Σ denominator.</summary>
    RatioOfSums,

    /// <summary>exp(Σ numerator / Σ denominator): perplexities.</summary>
    ExponentialOfRatio,
}
