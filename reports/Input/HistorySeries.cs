using System.Collections.Immutable;
using LT2.Eval.Results.Records;

namespace LT2.Eval.Reports.Input;

/// <summary>One measurement through time, oldest run first.</summary>
/// <param name="Key">Its identity.</param>
/// <param name="Direction">Which way is better.</param>
/// <param name="Unit">Unit of the values.</param>
/// <param name="Kind">Kind of the values.</param>
/// <param name="Points">The values.</param>
public sealed record HistorySeries(
    SeriesKey Key, MetricDirection Direction, string Unit, MetricKind Kind, ImmutableArray<HistoryPoint> Points);
