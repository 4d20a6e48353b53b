namespace LT2.Eval.Results.Records;

/// <summary>One metric of one sample; the rows under a <see cref="MetricRecord"/>.</summary>
/// <param name="CellId">Its cell.</param>
/// <param name="Metric">Metric name.</param>
/// <param name="TestedLoopCount">T′.</param>
/// <param name="SampleId">Stable id; comparisons pair by it.</param>
/// <param name="ClusterId">Cluster; null when it stands alone.</param>
/// <param name="Slice">Subset; null for all.</param>
/// <param name="Numerator">Score numerator.</param>
/// <param name="Denominator">Score denominator.</param>
/// <param name="Answer">What was answered, short; null when not kept.</param>
/// <param name="Expected">What was expected, short; null when not kept.</param>
public sealed record SampleRecord(
    string CellId,
    string Metric,
    int TestedLoopCount,
    string SampleId,
    string? ClusterId,
    string? Slice,
    double Numerator,
    double Denominator,
    string? Answer = null,
    string? Expected = null);
