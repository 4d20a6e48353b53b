using LT2.Eval.Reports.Text;
using LT2.Eval.Results.Records;

namespace LT2.Eval.Reports.Views;

/// <summary>Series as people read them.</summary>
internal static class SeriesNames
{
    /// <summary><c>parity, length 64: accuracy, lt2-gdn@tiny, T = 2, T′ = 4</c>.</summary>
    public static string Title(SeriesKey key) => Title(key, Case(key));

    /// <summary>The same with a name of the case.</summary>
    public static string Title(SeriesKey key, string title) => $"{title}: {CaseNames.Metric(key.Metric)}{(key.Slice is null ? "" : $" ({key.Slice})")}, {key.VariantId}{Loops(key)}";

    /// <summary>Case with all its parameters, or phase and length of a time. Pages of a run name cases by <see cref="SeriesTitles"/>.</summary>
    public static string Case(SeriesKey key) => key.Phase is { } phase
        ? $"{phase}{(key.SequenceLength is { } length ? $", n = {Quantity.Count(length)}" : "")}, batch {Quantity.Count(key.BatchSize)}"
        : CaseNames.Title(key.TaskId, CaseNames.WithoutRepeatedLength(key.CaseParameters), key.Shots);

    /// <summary>Loop counts.</summary>
    public static string Loops(SeriesKey key) => (key.TrainedLoopCount, key.TestedLoopCount) switch
    {
        (null, null) => "",
        (null, { } loops) => $", {Quantity.Count(loops, "loop")}",
        ({ } trained, null) => $", T = {Quantity.Count(trained)}",
        ({ } trained, { } tested) => $", T = {Quantity.Count(trained)}, T′ = {Quantity.Count(tested)}",
    };
}
