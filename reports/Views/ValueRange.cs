using LT2.Eval.Results.Records;

namespace LT2.Eval.Reports.Views;

/// <summary>What a metric's values can be: no interval reaches beyond it.</summary>
/// <param name="Low">Smallest value; negative infinity where there is none.</param>
/// <param name="High">Largest value; positive infinity where there is none.</param>
internal readonly record struct ValueRange(double Low, double High)
{
    /// <summary>[0, 1].</summary>
    public static readonly ValueRange Share = new(0, 1);

    private static readonly ValueRange NotNegative = new(0, double.PositiveInfinity), Any = new(double.NegativeInfinity, double.PositiveInfinity);

    /// <summary>The range of a metric, by its kind; of a continuous one by its unit or, where it has none, by its name.</summary>
    /// <param name="kind">Kind of the values.</param>
    /// <param name="unit">Unit of the record.</param>
    /// <param name="metric">Name of the metric.</param>
    public static ValueRange Of(MetricKind kind, string unit, string metric) => kind switch
    {
        MetricKind.Binary or MetricKind.Proportion => Share,
        MetricKind.Duration or MetricKind.Bytes => NotNegative,
        // Curricula of older runs recorded their accuracies as continuous.
        _ when unit is "1" or "" => metric is "acc" || metric.StartsWith("acc_", StringComparison.Ordinal) ? Share : IsNeverNegative(metric) ? NotNegative : Any,
        _ => unit.Split('/')[0] is "bit" or "nat" or "token" or "byte" or "step" or "loop" or "parameter" or "sample" or "FLOP" or "J" or "ms" or "s" ? NotNegative : Any,
    };

    /// <summary>The range of a recorded metric.</summary>
    /// <param name="metric">The metric.</param>
    public static ValueRange Of(MetricRecord metric) => Of(metric.Kind, metric.Unit, metric.Key.Metric);

    /// <summary>The estimate with its interval cut to the range; a value beyond the range stays inside its interval.</summary>
    /// <param name="estimate">The estimate.</param>
    public Estimate Cut(Estimate estimate) => estimate with
    {
        Low = estimate.Low is { } low ? Math.Max(low, Math.Min(Low, estimate.Value)) : null,
        High = estimate.High is { } high ? Math.Min(high, Math.Max(High, estimate.Value)) : null,
    };

    private static bool IsNeverNegative(string metric) =>
        metric is "n_max" or "steps_to_pass" or "brier_score" or "perplexity" || metric.EndsWith("_perplexity", StringComparison.Ordinal);
}
