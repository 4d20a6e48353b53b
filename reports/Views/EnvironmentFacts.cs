using System.Collections.Immutable;
using System.Text.RegularExpressions;
using LT2.Eval.Reports.Input;
using LT2.Eval.Results.Records;

namespace LT2.Eval.Reports.Views;

/// <summary>The recorded facts of a run as pages show them.</summary>
internal static partial class EnvironmentFacts
{
    /// <summary>
    /// Every fact, by name. What the parts of a run may differ in has the values of all of them: stores of older runs hold the last one, and the others in events.
    /// </summary>
    public static ImmutableArray<EnvironmentEntry> Of(RunData data)
    {
        var former = data.Events.OrderBy(item => item.OccurredUtc).Select(Former).OfType<EnvironmentEntry>().ToLookup(entry => entry.Name, entry => entry.Value, StringComparer.Ordinal);
        return
        [
            .. data.Environment.OrderBy(entry => entry.Name, StringComparer.Ordinal)
                .Select(entry => former[entry.Name].ToArray() is [var first, .. var others] ? others.Append(entry.Value).Aggregate(entry with { Value = first }, (all, value) => all.With(value)) : entry),
        ];
    }

    /// <summary>Whether an event only says that a part of the run had other workers, threads or devices than the part before it.</summary>
    public static bool IsOfPart(EventRecord record) => Former(record) is not null;

    private static EnvironmentEntry? Former(EventRecord record) =>
        record.CellId is null && Changed().Match(record.Message) is { Success: true } match && new EnvironmentEntry(match.Groups[1].Value, match.Groups[2].Value) is { IsOfPart: true } entry ? entry : null;

    [GeneratedRegex("^(.+) changed from '(.*)' to '.*'\\.$", RegexOptions.Singleline)]
    private static partial Regex Changed();
}
