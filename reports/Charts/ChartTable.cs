using System.Collections.Immutable;

namespace LT2.Eval.Reports.Charts;

/// <summary>A table of text; numeric columns are aligned right.</summary>
/// <param name="Caption">What it holds.</param>
/// <param name="Columns">Headers.</param>
/// <param name="Rows">Cells, one array a row, as long as the headers.</param>
public sealed record ChartTable(string Caption, ImmutableArray<ChartColumn> Columns, ImmutableArray<ImmutableArray<string>> Rows);
