using System.Collections.Immutable;

namespace LT2.Eval.Tasks.Contracts;

/// <summary>One metric of one sample as a pair: a case's value is Σ numerator / Σ denominator (then its transform).</summary>
/// <param name="Metric">Name of a <see cref="MetricDefinition"/> of the case.</param>
/// <param name="Numerator">For example 1 if correct, or the bits lost on a document.</param>
/// <param name="Denominator">For example 1, or the document's bytes. Never negative.</param>
/// <param name="Slice">Null for the whole case; else the slice this pair counts for.</param>
public sealed record MetricContribution(string Metric, double Numerator, double Denominator, string? Slice = null);

/// <summary>All metrics of one sample.</summary>
/// <param name="SampleId">The sample's or document's id.</param>
/// <param name="ClusterId">Cluster for standard errors; null when the sample stands alone.</param>
/// <param name="Contributions">One entry a metric and slice.</param>
/// <param name="Answer">What was answered, short, for drill-down pages; null where there is nothing to show.</param>
/// <param name="Expected">What was expected; null where there is nothing to show.</param>
public sealed record SampleScore(
    string SampleId,
    string? ClusterId,
    ImmutableArray<MetricContribution> Contributions,
    string? Answer = null,
    string? Expected = null);
