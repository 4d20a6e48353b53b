namespace LT2.Eval.Tasks.Contracts;

/// <summary>Whether a larger value of a metric is better or worse.</summary>
public enum MetricDirection
{
    /// <summary>Accuracy-like: up is better.</summary>
    HigherIsBetter,

    /// <summary>Loss-like: down is better.</summary>
    LowerIsBetter,
}

/// <summary>What kind of number a metric is; statistics choose their method by it.</summary>
public enum MetricKind
{
    /// <summary>Every sample scores 0 or 1.</summary>
    Binary,

    /// <summary>Every sample scores a share in [0, 1].</summary>
    Proportion,

    /// <summary>Any real number.</summary>
    Continuous,
}

/// <summary>How per-sample (numerator, denominator) pairs become the value of a metric.</summary>
public enum MetricTransform
{
    /// <summary>Σ numerator / Σ denominator.</summary>
    RatioOfSums,

    /// <summary>exp(Σ numerator / Σ denominator): perplexities.</summary>
    ExponentialOfRatio,
}

/// <summary>A metric that a case reports.</summary>
/// <param name="Name">lm-evaluation-harness's name where it has one: <c>acc</c>, <c>acc_norm</c>, <c>bits_per_byte</c>.</param>
/// <param name="Direction">Which way is better.</param>
/// <param name="Kind">Kind of the per-sample value.</param>
/// <param name="Unit">Unit of the value: <c>1</c> for shares, <c>bit/byte</c>, <c>nat/token</c>.</param>
/// <param name="PracticalFloor">The smallest change that matters to a user, in the metric's unit.</param>
/// <param name="Chance">Expected value of an uninformed answer; null where there is none.</param>
/// <param name="Transform">How sample pairs are aggregated.</param>
public sealed record MetricDefinition(
    string Name,
    MetricDirection Direction,
    MetricKind Kind,
    string Unit,
    double PracticalFloor,
    double? Chance = null,
    MetricTransform Transform = MetricTransform.RatioOfSums);
