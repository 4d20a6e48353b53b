using System.Collections.Immutable;
using LT2.Eval.Reports.Input;
using LT2.Eval.Results.Records;
using LT2.Eval.Results.Statistics;

namespace LT2.Eval.Reports.Views;

/// <summary>A series through time with its steps.</summary>
/// <param name="Series">The series.</param>
/// <param name="Id">Stable id.</param>
/// <param name="Title">In one line.</param>
/// <param name="Steps">Changes of level: index of the first point of the new level in <see cref="Valid"/>, with the levels in the unit of the values.</param>
/// <param name="Valid">Points with a value that are not excluded, oldest first.</param>
public sealed record SeriesHistory(HistorySeries Series, string Id, string Title, ImmutableArray<ChangePoint> Steps, ImmutableArray<HistoryPoint> Valid)
{
    /// <summary>Fewest points on each side of a step.</summary>
    public const int MinimumSegment = 5;

    /// <summary>Finds the steps; times are compared on the log scale, where a step of 1 % is the smallest that is told.</summary>
    /// <param name="series">The series.</param>
    /// <param name="title">Its title; null for one with every parameter of its case.</param>
    public static SeriesHistory Of(HistorySeries series, string? title = null)
    {
        ImmutableArray<HistoryPoint> valid = [.. series.Points.Where(point => point is { Value: { } value, IsExcluded: false } && double.IsFinite(value))];
        var isTime = series.Kind == MetricKind.Duration && valid.All(point => point.Value > 0);
        double[] values = [.. valid.Select(point => isTime ? Math.Log(point.Value!.Value) : point.Value!.Value)];
        var steps = EDivisive.Find(values, MinimumSegment, minimumMagnitude: isTime ? 0.01 : 0)
            .Select(step => isTime ? step with { Before = Math.Exp(step.Before), After = Math.Exp(step.After) } : step);
        return new SeriesHistory(series, SeriesIdentity.Of(series.Key), title ?? SeriesNames.Title(series.Key), [.. steps], valid);
    }

    /// <summary>Whether a step made things worse.</summary>
    /// <param name="step">A step.</param>
    public bool IsWorse(ChangePoint step) => Series.Direction == MetricDirection.HigherIsBetter ? step.After < step.Before : step.After > step.Before;
}
