using LT2.Eval.Results.Records;

namespace LT2.Eval.Results.Gating;

/// <summary>An accepted value.</summary>
/// <param name="SeriesId">Id of the series.</param>
/// <param name="Key">The series.</param>
/// <param name="Seed">Training seed; null where there is none.</param>
/// <param name="Value">Accepted value: the run's; for times the median of the last valid nights. Null when it was measured and failed.</param>
/// <param name="Noise">For times: night-to-night spread of ln(value); null with fewer than two nights.</param>
/// <param name="Nights">Nights behind the value.</param>
/// <param name="StandardError">Standard error of the run's value; null when unknown.</param>
/// <param name="Kind">Kind.</param>
/// <param name="Unit">Unit.</param>
public sealed record PinnedMetric(
    string SeriesId, SeriesKey Key, long? Seed, double? Value, double? Noise, int Nights, double? StandardError, MetricKind Kind, string Unit);
