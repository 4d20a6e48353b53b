using System.Globalization;
using LT2.Eval.Results.Records;

namespace LT2.Eval.Results.Gating;

/// <summary>A series in one line for people.</summary>
public static class SeriesTitle
{
    /// <summary>The title: variant, case, loop counts, metric.</summary>
    public static string Of(SeriesKey key)
    {
        string?[] parts =
        [
            key.VariantId, key.TaskId, key.CaseParameters.Length == 0 ? null : key.CaseParameters, key.Shots == 0 ? null : Number("{0} shots", key.Shots),
            key.Phase, key.SequenceLength is { } length ? Number("length {0}", length) : null,
            key.TrainedLoopCount is { } trained ? Number("T={0}", trained) : null, key.TestedLoopCount is { } tested ? Number("T′={0}", tested) : null,
            key.Metric, key.Slice is null ? null : $"slice {key.Slice}",
        ];
        return string.Join(' ', parts.Where(part => part is not null));
    }

    private static string Number(string format, int value) => string.Format(CultureInfo.InvariantCulture, format, value);
}
