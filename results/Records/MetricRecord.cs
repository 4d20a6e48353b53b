namespace LT2.Eval.Results.Records;

/// <summary>Whether a larger value is better.</summary>
public enum MetricDirection
{
    /// <summary>Up is better.</summary>
    HigherIsBetter,

    /// <summary>Down is better.</summary>
    LowerIsBetter,
}

/// <summary>Kind of a measured value; statistics choose their method by it.</summary>
public enum MetricKind
{
    /// <summary>Samples score 0 or 1.</summary>
    Binary,

    /// <summary>Samples score a share in [0, 1].</summary>
    Proportion,

    /// <summary>Any real number.</summary>
    Continuous,

    /// <summary>A time.</summary>
    Duration,

    /// <summary>A number of bytes.</summary>
    Bytes,
}

/// <summary>One measured value.</summary>
/// <param name="RunId">Its run.</param>
/// <param name="CellId">Its cell.</param>
/// <param name="Key">Identity through time.</param>
/// <param name="Seed">Training seed; null where there is none.</param>
/// <param name="Value">The value in <see cref="Unit"/>; null when it was measured and failed (a NaN is stored as null).</param>
/// <param name="StandardError">Standard error of the value (clustered where clusters exist); null when unknown.</param>
/// <param name="SampleCount">Samples behind it.</param>
/// <param name="ClusterCount">Clusters behind it.</param>
/// <param name="Chance">Expected value of an uninformed answer; null when none.</param>
/// <param name="Direction">Which way is better.</param>
/// <param name="Unit">Unit: <c>1</c>, <c>bit/byte</c>, <c>ms</c>, <c>byte</c>.</param>
/// <param name="Kind">Kind.</param>
/// <param name="PracticalFloor">The smallest change that matters; null when none is stated.</param>
/// <param name="Transform">How the sample pairs under it were aggregated; comparisons repeat it.</param>
public sealed record MetricRecord(
    string RunId,
    string CellId,
    SeriesKey Key,
    long? Seed,
    double? Value,
    double? StandardError,
    long SampleCount,
    long ClusterCount,
    double? Chance,
    MetricDirection Direction,
    string Unit,
    MetricKind Kind,
    double? PracticalFloor,
    MetricTransform Transform = MetricTransform.RatioOfSums);
