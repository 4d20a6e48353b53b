using LT2.Eval.Tasks.Contracts;

namespace LT2.Eval.Tasks.Generators;

/// <summary>The accuracies of labelled sequences. Chance is that of a uniform choice among the answers.</summary>
public static class AccuracyMetrics
{
    /// <summary>Name of the share of labels that are right, a sequence's mean.</summary>
    public const string Share = "acc";

    /// <summary>Name of "the last label is right".</summary>
    public const string Last = "acc_last";

    /// <summary>Name of "all labels are right".</summary>
    public const string Sequence = "acc_sequence";

    /// <summary>Two percentage points: what 5,000 items resolve in a paired comparison, and less than training seeds differ by.</summary>
    private const double Floor = 0.02;

    /// <summary>Share of labels right; the value of a case is the mean over its sequences.</summary>
    /// <param name="answers">Number of possible answers.</param>
    /// <param name="labels">Labels in a sequence; 1 makes the metric binary.</param>
    public static MetricDefinition CreateShare(int answers, int labels) =>
        Create(Share, labels == 1 ? MetricKind.Binary : MetricKind.Proportion, 1.0 / answers);

    /// <summary>Last label right.</summary>
    public static MetricDefinition CreateLast(int answers) => Create(Last, MetricKind.Binary, 1.0 / answers);

    /// <summary>All labels right.</summary>
    public static MetricDefinition CreateSequence(int answers, int labels)
    {
        double chance = 1;
        for (int i = 0; i < labels; i++) chance /= answers;
        return Create(Sequence, MetricKind.Binary, chance);
    }

    /// <summary>The value of one sequence.</summary>
    /// <param name="metric">One of the names above.</param>
    /// <param name="right">Whether each label was answered, in order.</param>
    public static double Evaluate(string metric, IReadOnlyList<bool> right) => metric switch
    {
        Share => (double)right.Count(isRight => isRight) / right.Count,
        Last => right[^1] ? 1 : 0,
        Sequence => right.All(isRight => isRight) ? 1 : 0,
        _ => throw new ArgumentOutOfRangeException(nameof(metric), metric, "Not an accuracy of sequences."),
    };

    private static MetricDefinition Create(string name, MetricKind kind, double chance) =>
        new(name, MetricDirection.HigherIsBetter, kind, "1", Floor, chance);
}
