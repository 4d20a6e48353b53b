namespace LT2.Eval.Reports.Charts;

/// <summary>Header of a column.</summary>
/// <param name="Title">Text.</param>
/// <param name="IsNumeric">Aligned right, with tabular numerals.</param>
/// <param name="IsLong">Lists, sentences and paths: broken into lines wherever they have to be.</param>
public sealed record ChartColumn(string Title, bool IsNumeric = false, bool IsLong = false)
{
    /// <summary>Class of its cells; null for none.</summary>
    public string? CssClass => (IsNumeric, IsLong) switch { (true, true) => "number long", (true, false) => "number", (false, true) => "long", _ => null };
}
