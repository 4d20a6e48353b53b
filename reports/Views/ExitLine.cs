using System.Collections.Immutable;
using System.Globalization;
using LT2.Eval.Results.Records;

namespace LT2.Eval.Reports.Views;

/// <summary>One measurement of early exit of one variant against the threshold.</summary>
/// <param name="TaskId">The task whose text was decoded.</param>
/// <param name="Metric">Loss, loops or latency.</param>
/// <param name="Unit">Its unit.</param>
/// <param name="VariantId"><c>name@scale</c>.</param>
/// <param name="Points">Threshold and mean over seeds, by threshold.</param>
public sealed record ExitLine(string TaskId, string Metric, string Unit, string VariantId, ImmutableArray<(double Threshold, Estimate Estimate)> Points)
{
    /// <summary>The suite under which the harness records it.</summary>
    internal const string SuiteId = "early-exit";

    private const string Parameter = "exitThreshold=";

    /// <summary>Every line of a run, sorted by task, metric and variant.</summary>
    public static ImmutableArray<ExitLine> Of(IReadOnlyList<MetricRecord> metrics) =>
    [
        .. metrics.Where(metric => metric.Key.SuiteId == SuiteId && metric.Value is not null && Threshold(metric.Key) is not null)
            .GroupBy(metric => (metric.Key.TaskId, metric.Key.Metric, metric.Unit, metric.Key.VariantId))
            .OrderBy(group => group.Key.TaskId, StringComparer.Ordinal).ThenBy(group => group.Key.Metric, StringComparer.Ordinal).ThenBy(group => group.Key.VariantId, StringComparer.Ordinal)
            .Select(group => new ExitLine(group.Key.TaskId, group.Key.Metric, group.Key.Unit, group.Key.VariantId,
                [.. group.GroupBy(metric => Threshold(metric.Key)!.Value).OrderBy(at => at.Key).Select(at => (at.Key, SeedMean.Of([.. at.Select(Seed)], ValueRange.Of(at.First()))))])),
    ];

    private static SeedEstimate Seed(MetricRecord metric) => new(metric.Seed, SamplingInterval.Of(metric, metric.Value!.Value), metric.SampleCount, metric.ClusterCount, metric.CellId);

    private static double? Threshold(SeriesKey key) => key.CaseParameters.Split(';').FirstOrDefault(pair => pair.StartsWith(Parameter, StringComparison.Ordinal)) is { } pair
        && double.TryParse(pair[Parameter.Length..], NumberStyles.Float, CultureInfo.InvariantCulture, out var value) ? value : null;
}
