using System.Globalization;
using LT2.Eval.Tasks.Contracts;
using LT2.Eval.Tasks.Perplexity;
using LT2.Eval.Tasks.TextTasks.Definitions;

namespace LT2.Eval.Tasks.TextTasks;

/// <summary>The metrics of text tasks in the form that records hold.</summary>
internal static class BenchmarkMetrics
{
    /// <summary>Whether a task's chance level holds for a metric.</summary>
    public static bool SharesChance(string metric) => metric is "acc" or "acc_norm" or "acc_bytes" or "acc_mutual_info";

    /// <summary>A metric's definition.</summary>
    /// <param name="entry">As the task lists it.</param>
    /// <param name="chance">Chance level; null for none.</param>
    /// <param name="isShare">Whether a document's value is any share, not only 0 or 1.</param>
    public static MetricDefinition Describe(MetricEntry entry, double? chance, bool isShare) => entry.Metric switch
    {
        "bits_per_byte" => PerplexityMetrics.BitsPerByte,
        "byte_perplexity" => PerplexityMetrics.BytePerplexity,
        "word_perplexity" => PerplexityMetrics.WordPerplexity,
        "perplexity" => new MetricDefinition("perplexity", MetricDirection.LowerIsBetter, MetricKind.Continuous, "1", 0.5, null, MetricTransform.ExponentialOfRatio),
        "brier_score" => new MetricDefinition("brier_score", MetricDirection.LowerIsBetter, MetricKind.Continuous, "1", 0.02),
        "f1" => new MetricDefinition("f1", MetricDirection.HigherIsBetter, MetricKind.Proportion, "1", 0.02),
        _ => new MetricDefinition(
            entry.Metric, entry.HigherIsBetter ? MetricDirection.HigherIsBetter : MetricDirection.LowerIsBetter, isShare ? MetricKind.Proportion : MetricKind.Binary, "1", 0.02, chance),
    };

    /// <summary>A document's value as numerator and denominator.</summary>
    /// <param name="metric">Name.</param>
    /// <param name="value">As <see cref="Scoring.DocumentScorer"/> gives it.</param>
    public static (double Numerator, double Denominator) Contribution(string metric, object? value) => metric switch
    {
        "bits_per_byte" => (-Number(value, 0) / Math.Log(2), Number(value, 1)),
        "byte_perplexity" or "word_perplexity" => (-Number(value, 0), Number(value, 1)),
        "perplexity" => (-Number(value), 1),
        "brier_score" => (Brier((IReadOnlyList<object?>)value!), 1),
        _ => (Number(value), 1),
    };

    private static double Brier(IReadOnlyList<object?> pair) => ((IReadOnlyList<object?>)pair[1]!)
        .Select((probability, i) => Math.Pow(Number(probability) - (i == (long)pair[0]! ? 1 : 0), 2)).Sum();

    private static double Number(object? value, int index) => Number(((IReadOnlyList<object?>)value!)[index]);

    private static double Number(object? value) => Convert.ToDouble(value, CultureInfo.InvariantCulture);
}
