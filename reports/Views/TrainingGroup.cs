using System.Collections.Immutable;
using System.Text.RegularExpressions;
using LT2.Eval.Reports.Input;
using LT2.Eval.Results.Records;

namespace LT2.Eval.Reports.Views;

/// <summary>Train cells of one model and case: every seed, and what a sweep of learning rates tried.</summary>
/// <param name="Title">What was trained.</param>
/// <param name="VariantId"><c>name@scale</c>.</param>
/// <param name="TrainedLoopCount">T; null where it does not apply.</param>
/// <param name="Curves">Each training with its logged steps, by seed, those of models that were scored first; trials of learning rates come last.</param>
public sealed partial record TrainingGroup(string Title, string VariantId, int? TrainedLoopCount, ImmutableArray<TrainingCurve> Curves)
{
    /// <summary>Most points drawn of one curve; longer curves are thinned evenly, first and last kept.</summary>
    public const int MostPoints = 400;

    /// <summary>Every group with at least one logged step, in order of its title.</summary>
    /// <param name="run">The run.</param>
    public static ImmutableArray<TrainingGroup> Of(RunData run)
    {
        var points = run.TrainingPoints.ToLookup(point => point.CellId, StringComparer.Ordinal);
        var sweeps = new TrainingSweeps(run.Cells);
        // The title of a cell names its task and not the parameters of the case: where they differ, they tell the groups apart.
        var titled = run.Cells.Where(cell => points.Contains(cell.CellId)).GroupBy(cell => (Title: WithoutSeed(cell.Title), cell.VariantId, cell.TrainedLoopCount));
        return
        [
            .. titled.SelectMany(same =>
                {
                    string[] cases = [.. same.Select(sweeps.CaseParameters).Distinct()];
                    return same.GroupBy(sweeps.CaseParameters).Select(group => new TrainingGroup(
                        cases.Length == 1 ? same.Key.Title : CaseNames.Title(same.Key.Title, CaseNames.Shown(group.Key, cases), 0), same.Key.VariantId, same.Key.TrainedLoopCount,
                        Ordered(group, points, sweeps)));
                })
                .OrderBy(group => group.Title, NaturalOrder.Instance).ThenBy(group => group.VariantId, StringComparer.Ordinal),
        ];
    }

    private static ImmutableArray<TrainingCurve> Ordered(IEnumerable<CellRecord> cells, ILookup<string, TrainingPointRecord> points, TrainingSweeps sweeps) =>
    [
        .. cells.Select(cell => Curve(cell, [.. points[cell.CellId].OrderBy(point => point.Step)], sweeps))
            .OrderBy(curve => curve.IsTrial).ThenBy(curve => curve.Cell.Seed).ThenBy(curve => !sweeps.IsScored(curve.Cell))
            .ThenByDescending(curve => curve.Points[^1].Step).ThenBy(curve => curve.LearningRate).ThenBy(curve => curve.Cell.CellId, StringComparer.Ordinal),
    ];

    private static TrainingCurve Curve(CellRecord cell, ImmutableArray<TrainingPointRecord> points, TrainingSweeps sweeps) => sweeps.Curve(cell, points, Thin(points));

    private static ImmutableArray<TrainingPointRecord> Thin(ImmutableArray<TrainingPointRecord> points) => points.Length <= MostPoints
        ? points
        : [.. Enumerable.Range(0, MostPoints).Select(index => points[(int)((long)index * (points.Length - 1) / (MostPoints - 1))])];

    private static string WithoutSeed(string title) => Seed().Replace(title, "");

    [GeneratedRegex(@"[ ,]*\bseed[ =]*-?\d+\b")]
    private static partial Regex Seed();
}
