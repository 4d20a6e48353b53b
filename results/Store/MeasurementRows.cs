using System.Collections.Immutable;
using System.Globalization;
using LT2.Eval.Results.Records;
using Microsoft.Data.Sqlite;

namespace LT2.Eval.Results.Store;

/// <summary>Timing blocks and training points as rows.</summary>
internal static class MeasurementRows
{
    public static void Insert(SqliteConnection connection, long cellRow, IReadOnlyList<TimingBlockRecord> blocks)
    {
        using var writer = Tables.TimingBlocks.Writer(connection);
        for (var i = 0; i < blocks.Count; i++)
        {
            var b = blocks[i];
            writer.Add(
                cellRow, i, b.Phase, b.SequenceLength, b.LoopCount, b.BatchSize, b.ProcessIndex, b.BlockIndex, b.Iterations, b.MillisecondsPerIteration,
                b.IsTainted ? 1L : 0L, b.ClockMegahertz, b.TemperatureCelsius, b.PowerWatts, b.ThrottleReason);
        }
    }

    public static List<TimingBlockRecord> TimingBlocks(SqliteConnection connection, string runId, string? cellId) => Tables.TimingBlocks.ReadJoined(
        connection,
        row => new TimingBlockRecord(
            row.Text(16), row.Text(2), row.Int(3), row.Int(4), row.Int(5), row.Int(6), row.Int(7), row.Int(8), row.DoubleOrNaN(9), row.Long(10) != 0,
            row.DoubleOrNull(11), row.DoubleOrNull(12), row.DoubleOrNull(13), row.TextOrNull(14)),
        extraColumns: ", cells.cell_id",
        "JOIN cells USING (cell_row) WHERE cells.run_id = $0 AND ($1 IS NULL OR cells.cell_id = $1) ORDER BY timing_blocks.cell_row, timing_blocks.ordinal",
        runId, cellId);

    public static void Insert(SqliteConnection connection, long cellRow, IReadOnlyList<TrainingPointRecord> points)
    {
        using var writer = Tables.TrainingPoints.Writer(connection);
        for (var i = 0; i < points.Count; i++)
        {
            var p = points[i];
            writer.Add(cellRow, i, p.Step, p.TokensSeen, p.Loss, p.GradientNorm, p.LearningRate, Join(p.ResidualRmsByLoop));
        }
    }

    public static List<TrainingPointRecord> TrainingPoints(SqliteConnection connection, long cellRow, string cellId) => Tables.TrainingPoints.Read(
        connection,
        row => new TrainingPointRecord(
            cellId, row.Int(2), row.Long(3), row.DoubleOrNaN(4), row.DoubleOrNaN(5), row.DoubleOrNaN(6), Split(row.Text(7))),
        "WHERE cell_row = $0 ORDER BY ordinal",
        cellRow);

    // Texts, because a list of numbers with NaN among them is no JSON.
    private static string Join(ImmutableArray<double> values) =>
        values.IsDefaultOrEmpty ? "" : string.Join(' ', values.Select(value => value.ToString("R", CultureInfo.InvariantCulture)));

    private static ImmutableArray<double> Split(string text) =>
        [.. text.Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(value => double.Parse(value, CultureInfo.InvariantCulture))];
}
