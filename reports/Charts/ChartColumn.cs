namespace LT2.Eval.Reports.Charts;

/// <summary>Header of a column.</summary>
/// <param name="Title">Text.</param>
/// <param name="IsNumeric">Aligned right, with tabular numerals.</param>
public sealed record ChartColumn(string Title, bool IsNumeric = false);
