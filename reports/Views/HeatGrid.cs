using System.Collections.Immutable;
using System.Globalization;
using LT2.Eval.Reports.Text;
using LT2.Eval.Results.Records;

namespace LT2.Eval.Reports.Views;

/// <summary>Quality of one line of models over two numeric things.</summary>
/// <param name="Title">What is shown.</param>
/// <param name="RowName">What the rows vary.</param>
/// <param name="ColumnName">What the columns vary.</param>
/// <param name="Rows">Row values, ascending.</param>
/// <param name="Columns">Column values, ascending.</param>
/// <param name="Values">Value of each row and column; null where nothing was measured.</param>
/// <param name="Case">A case of the grid, for unit, chance and direction.</param>
public sealed record HeatGrid(
    string Title, string RowName, string ColumnName, ImmutableArray<double> Rows, ImmutableArray<double> Columns, ImmutableArray<ImmutableArray<double?>> Values, QualityCase Case)
{
    /// <summary>Length generalisation: sequence length against tested loop count, one grid for each line and trained loop count.</summary>
    /// <param name="cases">Cases of the run.</param>
    public static ImmutableArray<HeatGrid> LengthByLoopCount(ImmutableArray<QualityCase> cases) =>
    [
        .. Families(cases, ["length"]).SelectMany(family => family
            .SelectMany(item => item.Points.Select(point => (Case: item, Point: point)))
            .GroupBy(pair => (pair.Point.Line, pair.Point.TrainedLoopCount))
            .Select(group => Grid(
                string.Create(CultureInfo.InvariantCulture, $"{FamilyTitle(family.First(), ["length"])}, {group.Key.Line} trained at T = {group.Key.TrainedLoopCount}"),
                "length", "T′", [.. group.Select(pair => (CaseNames.Number(pair.Case.CaseParameters, "length")!.Value, (double)pair.Point.TestedLoopCount, pair.Point.Mean.Value))], family.First())))
            .Where(grid => grid is { Rows.Length: > 1, Columns.Length: > 1 }),
    ];

    /// <summary>Recall: key-value pairs against length, one grid for each line and loop count, tested as trained.</summary>
    /// <param name="cases">Cases of the run.</param>
    public static ImmutableArray<HeatGrid> PairsByLength(ImmutableArray<QualityCase> cases) =>
    [
        .. Families(cases, ["pairs", "length"]).SelectMany(family => family
            .SelectMany(item => item.AtTrainedLoopCount.Select(point => (Case: item, Point: point)))
            .GroupBy(pair => (pair.Point.Line, pair.Point.TrainedLoopCount))
            .Select(group => Grid(
                string.Create(CultureInfo.InvariantCulture, $"{FamilyTitle(family.First(), ["pairs", "length"])}, {group.Key.Line} at T = {group.Key.TrainedLoopCount}"),
                "pairs", "length",
                [.. group.Select(pair => (CaseNames.Number(pair.Case.CaseParameters, "pairs")!.Value, CaseNames.Number(pair.Case.CaseParameters, "length")!.Value, pair.Point.Mean.Value))],
                family.First())))
            .Where(grid => grid is { Rows.Length: > 1, Columns.Length: > 1 }),
    ];

    // Cases that differ in the given parameters alone.
    private static IEnumerable<IEnumerable<QualityCase>> Families(ImmutableArray<QualityCase> cases, string[] parameters) =>
        cases.Where(item => parameters.All(name => CaseNames.Number(item.CaseParameters, name) is not null))
            .GroupBy(item => (item.SuiteId, item.TaskId, Other: Rest(item.CaseParameters, parameters), item.Shots, item.Split, item.Metric));

    private static string Rest(string caseParameters, string[] parameters) =>
        string.Join(';', CaseNames.Parameters(caseParameters).Where(pair => !parameters.Contains(pair.Key) && !(parameters.Contains("length") && CaseNames.IsLengthAgain(pair, caseParameters))).Select(pair => $"{pair.Key}={pair.Value}"));

    private static string FamilyTitle(QualityCase item, string[] parameters) =>
        $"{CaseNames.Title(item.TaskId, Rest(item.ShownParameters, parameters), item.Shots)}: {CaseNames.Metric(item.Metric)}";

    private static HeatGrid Grid(string title, string rowName, string columnName, ImmutableArray<(double Row, double Column, double Value)> values, QualityCase item)
    {
        ImmutableArray<double> rows = [.. values.Select(value => value.Row).Distinct().Order()];
        ImmutableArray<double> columns = [.. values.Select(value => value.Column).Distinct().Order()];
        var at = values.GroupBy(value => (value.Row, value.Column)).ToDictionary(group => group.Key, group => group.Average(value => value.Value));
        return new HeatGrid(
            title, rowName, columnName, rows, columns,
            [.. rows.Select(row => columns.Select(column => at.TryGetValue((row, column), out var value) ? value : (double?)null).ToImmutableArray())], item);
    }

    /// <summary>Largest row whose value at a column is at least a threshold, in rows that all reach it from the smallest on; null when none does.</summary>
    /// <param name="column">Index of the column.</param>
    /// <param name="threshold">The threshold.</param>
    public double? Reach(int column, double threshold)
    {
        var reached = Rows.Zip(Values, (row, values) => (row, values[column])).TakeWhile(pair => pair.Item2 >= threshold).ToArray();
        return Case.Direction == MetricDirection.HigherIsBetter && reached.Length > 0 ? reached[^1].row : null;
    }

    /// <summary>A row or column value as text.</summary>
    /// <param name="value">The value.</param>
    public static string Label(double value) => value == Math.Floor(value) ? Quantity.Count((long)value) : Quantity.Number(value);
}
