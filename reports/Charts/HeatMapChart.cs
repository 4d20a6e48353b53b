using System.Collections.Immutable;
using System.Globalization;
using LT2.Eval.Reports.Text;
using LT2.Eval.Reports.Views;
using Plotly.NET;

namespace LT2.Eval.Reports.Charts;

/// <summary>A heat map with its numbers in the cells.</summary>
internal static class HeatMapChart
{
    private const double Solved = 0.9;

    /// <summary>The chart of a grid.</summary>
    public static ChartFigure Of(HeatGrid grid)
    {
        string[] columns = [.. grid.Columns.Select(HeatGrid.Label)];
        string[] rows = [.. grid.Rows.Select(HeatGrid.Label)];
        double?[][] values = [.. grid.Values.Select(row => row.ToArray())];
        string[][] texts = [.. grid.Values.Select(row => row.Select(value => Text(grid, value)).ToArray())];
        var trace = Plot.HeatMap(columns, rows, values, texts, grid.Case.IsShare ? 0.0 : null, grid.Case.IsShare ? 1.0 : null);
        var layout = new Layout()
            .With("xaxis", Plot.Axis(AxisTitle(grid.ColumnName)).With("type", "category"))
            .With("yaxis", Plot.Axis(AxisTitle(grid.RowName)).With("type", "category"));
        return new ChartFigure(grid.Title, Summary(grid), Plot.Json([trace], layout), Table(grid));
    }

    // A share of 0.00100 would run into its neighbour; the table beside the map has every digit.
    private static string Text(HeatGrid grid, double? value) =>
        value is not { } number ? "" : grid.Case.IsShare ? number.ToString("0.###", CultureInfo.InvariantCulture) : Quantity.Number(number);

    private static string AxisTitle(string name) => name switch { "T′" => "tested loop count T′", "length" => "length (tokens)", "pairs" => "key-value pairs", _ => name };

    private static string Summary(HeatGrid grid)
    {
        if (!grid.Case.IsShare)
        {
            var all = grid.Values.SelectMany(row => row).OfType<double>().ToArray();
            return $"From {Quantity.WithUnit(all.Min(), grid.Case.Unit)} to {Quantity.WithUnit(all.Max(), grid.Case.Unit)}.";
        }
        var reach = grid.Columns.Select((column, index) => grid.Reach(index, Solved) is { } row
            ? $"{grid.ColumnName} = {HeatGrid.Label(column)}: up to {grid.RowName} {HeatGrid.Label(row)}"
            : $"{grid.ColumnName} = {HeatGrid.Label(column)}: none");
        return $"Largest {grid.RowName} with at least {Quantity.Number(Solved)} (and so for every smaller one): {string.Join("; ", reach)}.";
    }

    private static ChartTable Table(HeatGrid grid) => new(
        grid.Title,
        [new(grid.RowName, true), .. grid.Columns.Select(column => new ChartColumn($"{grid.ColumnName} = {HeatGrid.Label(column)}", true))],
        [.. grid.Rows.Select((row, index) => ImmutableArray.CreateRange([HeatGrid.Label(row), .. grid.Values[index].Select(value => Quantity.Number(value))]))]);
}
