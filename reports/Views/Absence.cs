using System.Collections.Immutable;
using LT2.Eval.Reports.Input;
using LT2.Eval.Results.Records;

namespace LT2.Eval.Reports.Views;

/// <summary>Series that only one of two runs has.</summary>
/// <param name="Missing">In the reference and not in the run.</param>
/// <param name="New">In the run and not in the reference.</param>
public sealed record Absence(ImmutableArray<SeriesKey> Missing, ImmutableArray<SeriesKey> New)
{
    /// <summary>Compares the series of two runs; slices are left out.</summary>
    /// <param name="reference">The reference.</param>
    /// <param name="run">The run.</param>
    public static Absence Between(RunData reference, RunData run)
    {
        var (before, after) = (Keys(reference), Keys(run));
        return new Absence(Sorted(before.Except(after)), Sorted(after.Except(before)));
    }

    private static HashSet<SeriesKey> Keys(RunData run) => [.. run.Metrics.Where(metric => metric is { Value: not null, Key.Slice: null }).Select(metric => metric.Key)];

    private static ImmutableArray<SeriesKey> Sorted(IEnumerable<SeriesKey> keys) => [.. keys.OrderBy(SeriesNames.Title, NaturalOrder.Instance)];
}
