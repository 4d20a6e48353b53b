using System.Collections.Immutable;
using LT2.Eval.Results.Records;

namespace LT2.Eval.Reports.Views;

/// <summary>One metric of one case: a row of small multiples.</summary>
/// <param name="SuiteId">Suite.</param>
/// <param name="TaskId">Task.</param>
/// <param name="CaseParameters">Parameters of the case.</param>
/// <param name="Shots">Few-shot examples.</param>
/// <param name="Split">Split that was scored.</param>
/// <param name="Metric">Metric name.</param>
/// <param name="Slice">Subset of samples; null for all.</param>
/// <param name="Direction">Which way is better.</param>
/// <param name="Unit">Unit.</param>
/// <param name="Kind">Kind.</param>
/// <param name="Transform">How sample pairs became the values.</param>
/// <param name="Chance">Expected value of an uninformed answer; null when none.</param>
/// <param name="ShownParameters">The parameters that tell it from the other cases of its task in this run, with length and pairs.</param>
/// <param name="References">Values of models without loops, such as n-grams, by name.</param>
/// <param name="Points">Every measured pair of loop counts, sorted by line, T and T′.</param>
public sealed record QualityCase(
    string SuiteId,
    string TaskId,
    string CaseParameters,
    int Shots,
    string? Split,
    string Metric,
    string? Slice,
    MetricDirection Direction,
    string Unit,
    MetricKind Kind,
    MetricTransform Transform,
    double? Chance,
    string ShownParameters,
    ImmutableArray<(string Name, Estimate Estimate)> References,
    ImmutableArray<QualityPoint> Points)
{
    /// <summary>The same series in the reference run, sorted like <see cref="Points"/>; empty without a reference, or where it did not measure them.</summary>
    public ImmutableArray<QualityPoint> Before { get; init; } = [];

    /// <summary>Task and parameters in one line.</summary>
    public string CaseTitle => CaseNames.Title(TaskId, ShownParameters, Shots);

    /// <summary>Task, parameters and metric in one line.</summary>
    public string Title => $"{CaseTitle}: {CaseNames.Metric(Metric)}{(Slice is null ? "" : $" ({Slice})")}";

    /// <summary>Values in [0, 1].</summary>
    public bool IsShare => ValueRange.Of(Kind, Unit, Metric) == ValueRange.Share;

    /// <summary>Whether a value is better than another.</summary>
    /// <param name="value">A value.</param>
    /// <param name="other">Another.</param>
    public bool IsBetter(double value, double other) => Direction == MetricDirection.HigherIsBetter ? value > other : value < other;

    /// <summary>Points whose tested loop count is the trained one, by line and T.</summary>
    public IEnumerable<QualityPoint> AtTrainedLoopCount => Points.Where(point => point.TestedLoopCount == point.TrainedLoopCount);
}
