using System.Globalization;
using LT2.Eval.Results.Records;

namespace LT2.Eval.Results.Gating;

/// <summary>A series in one line for people.</summary>
public static class SeriesTitle
{
    /// <summary>The title: variant, case, loop counts, metric.</summary>
    public static string Of(SeriesKey key) => Of(key, key.CaseParameters);

    /// <summary>
    /// The titles of series that stand side by side: of a case's parameters, only those that tell two of them apart, and lengths.
    /// </summary>
    public static Func<SeriesKey, string> Among(IEnumerable<SeriesKey> keys)
    {
        var values = keys.SelectMany(key => Parameters(key).Select(parameter => (key.SuiteId, key.TaskId, parameter.Name, parameter.Text))).Distinct()
            .ToLookup(item => (item.SuiteId, item.TaskId, item.Name));
        return key => Of(key, string.Join(';', Parameters(key)
            .Where(parameter => parameter.Name == "length" || values[(key.SuiteId, key.TaskId, parameter.Name)].Count() > 1).Select(parameter => parameter.Text)));
    }

    private static IEnumerable<(string Name, string Text)> Parameters(SeriesKey key) =>
        key.CaseParameters.Split(';', StringSplitOptions.RemoveEmptyEntries).Select(text => (text.Split('=')[0], text));

    private static string Of(SeriesKey key, string parameters)
    {
        string?[] parts =
        [
            key.VariantId, key.TaskId == key.Phase ? null : key.TaskId, parameters.Length == 0 ? null : parameters, key.Shots == 0 ? null : Number("{0} shots", key.Shots),
            key.Phase, key.SequenceLength is { } length ? Number("length {0}", length) : null,
            key.TrainedLoopCount is { } trained ? Number("T={0}", trained) : null, key.TestedLoopCount is { } tested ? Number("T′={0}", tested) : null,
            key.Metric, key.Slice is null ? null : $"slice {key.Slice}",
        ];
        return string.Join(' ', parts.Where(part => part is not null));
    }

    private static string Number(string format, int value) => string.Format(CultureInfo.InvariantCulture, format, value);
}
