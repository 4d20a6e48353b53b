using LT2.Eval.Reports.Text;
using LT2.Eval.Reports.Views;

namespace LT2.Eval.Reports.Charts;

/// <summary>Changes in words.</summary>
internal static class ChangeText
{
    /// <summary>The verdict in a word.</summary>
    public static string Word(ChangeVerdict verdict) => verdict.ToString().ToLowerInvariant();

    /// <summary>Kind of mark.</summary>
    public static string Mark(ChangeVerdict verdict) => verdict switch
    {
        ChangeVerdict.Regressed => "bad",
        ChangeVerdict.Improved => "good",
        ChangeVerdict.Inconclusive => "unsure",
        _ => "plain",
    };

    /// <summary><c>−3.21 % [−4.00, −2.40]</c>, or in the unit of the values for quality.</summary>
    public static string Difference(Change change)
    {
        var interval = change.Interval;
        var factor = change.IsRelative ? 100 : 1;
        var range = interval is { Low: { } low, High: { } high } ? $" [{Quantity.Signed(low * factor)}, {Quantity.Signed(high * factor)}]" : "";
        var unit = change.IsRelative ? " %" : change.Unit is "1" or "" ? "" : " " + change.Unit;
        return Quantity.Signed(change.Difference * factor) + range + unit;
    }

    /// <summary>A p-value: below 0.001 as such.</summary>
    public static string PValue(double? p) => p is null ? "–" : p < 0.001 ? "< 0.001" : Quantity.Number(p);

    /// <summary><c>2 regressed, 1 improved, 40 equivalent, 3 inconclusive</c>.</summary>
    public static string Counts(IReadOnlyCollection<Change> changes) => string.Join(", ",
        new[] { ChangeVerdict.Regressed, ChangeVerdict.Improved, ChangeVerdict.Equivalent, ChangeVerdict.Inconclusive }
            .Select(verdict => $"{Quantity.Count(changes.Count(change => change.Verdict == verdict))} {Word(verdict)}"));
}
