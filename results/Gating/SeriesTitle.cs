using System.Globalization;
using LT2.Eval.Results.Records;

namespace LT2.Eval.Results.Gating;

/// <summary>A series in one line for people.</summary>
public static class SeriesTitle
{
    /// <summary>The title: variant, case, loop counts, metric.</summary>
    public static string Of(SeriesKey key) => Of(key, key.CaseParameters);

    /// <summary>
    /// The titles of series that stand side by side: of a case's parameters, its length and those that tell two of them apart, but for those that say the length again.
    /// </summary>
    public static Func<SeriesKey, string> Among(IEnumerable<SeriesKey> keys)
    {
        var all = keys.SelectMany(key => Parameters(key).Select(parameter => (Case: (key.SuiteId, key.TaskId, parameter.Name), parameter.Value, Length: LengthOf(key)))).Distinct().ToLookup(item => item.Case);
        bool IsShown(SeriesKey key, string name)
        {
            var others = all[(key.SuiteId, key.TaskId, name)].ToList();
            return name == "length" || (others.DistinctBy(item => item.Value).Count() > 1 && others.Exists(item => item.Value != item.Length));
        }
        return key => Of(key, string.Join(';', Parameters(key).Where(parameter => IsShown(key, parameter.Name)).Select(parameter => $"{parameter.Name}={parameter.Value}")));
    }

    private static string? LengthOf(SeriesKey key) => Parameters(key).FirstOrDefault(parameter => parameter.Name == "length").Value;

    private static IEnumerable<(string Name, string Value)> Parameters(SeriesKey key) => key.CaseParameters.Split(';', StringSplitOptions.RemoveEmptyEntries)
        .Select(text => text.Split('=', 2)).Select(pair => (pair[0], pair.Length > 1 ? pair[1] : ""));

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
