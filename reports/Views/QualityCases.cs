using System.Collections.Immutable;
using LT2.Eval.Results.Records;

namespace LT2.Eval.Reports.Views;

/// <summary>Groups a run's quality metrics into cases.</summary>
internal static class QualityCases
{
    private sealed record CaseIdentity(string SuiteId, string TaskId, string CaseParameters, int Shots, string? Split, string Metric, string? Slice);

    /// <summary>Suites of the harness's own measurements: not quality.</summary>
    public static readonly ImmutableHashSet<string> NotQuality = ["timing", "training", ExitLine.SuiteId];

    /// <summary>Every case that has at least one value, sorted by suite, task, parameters (numerically), metric and slice.</summary>
    /// <param name="metrics">Metrics of the run.</param>
    /// <param name="reference">Metrics of the reference run: those of the run's own series stand beside its points; null without a reference.</param>
    public static ImmutableArray<QualityCase> Of(IReadOnlyList<MetricRecord> metrics, IReadOnlyList<MetricRecord>? reference = null)
    {
        MetricRecord[] all = [.. metrics.Where(IsQuality)];
        MetricRecord[] quality = [.. all.Where(metric => metric.Value is not null)];
        var parametersOfTask = quality.GroupBy(metric => (metric.Key.SuiteId, metric.Key.TaskId))
            .ToDictionary(group => group.Key, group => group.Select(metric => metric.Key.CaseParameters).Distinct().ToArray());
        var measured = quality.Select(metric => metric.Key).ToHashSet();
        MetricRecord[] earlier = [.. (reference ?? []).Where(metric => IsQuality(metric) && measured.Contains(metric.Key))];
        var before = earlier.Where(metric => metric.Value is not null).ToLookup(metric => Identity(metric.Key));
        return
        [
            .. Cases(quality, new SeedsWithoutValue(all), before, new SeedsWithoutValue(earlier), key => CaseNames.Shown(key.CaseParameters, parametersOfTask[(key.SuiteId, key.TaskId)])),
        ];
    }

    private static CaseIdentity Identity(SeriesKey key) => new(key.SuiteId, key.TaskId, key.CaseParameters, key.Shots, key.Split, key.Metric, key.Slice);

    private static IEnumerable<QualityCase> Cases(
        IEnumerable<MetricRecord> metrics, SeedsWithoutValue failed, ILookup<CaseIdentity, MetricRecord> before, SeedsWithoutValue failedBefore,
        Func<SeriesKey, string> shown) =>
        metrics
            .GroupBy(metric => Identity(metric.Key))
            .Select(group => Case([.. group], failed, before[group.Key], failedBefore, shown))
            .OrderBy(item => item.SuiteId, StringComparer.Ordinal)
            .ThenBy(item => item.TaskId, StringComparer.Ordinal)
            .ThenBy(item => item.CaseParameters, NaturalOrder.Instance)
            .ThenBy(item => item.Shots)
            .ThenBy(item => item.Split, StringComparer.Ordinal)
            .ThenBy(item => item.Metric, StringComparer.Ordinal)
            .ThenBy(item => item.Slice, StringComparer.Ordinal);

    private static bool IsQuality(MetricRecord metric) =>
        !NotQuality.Contains(metric.Key.SuiteId) && metric.Kind is MetricKind.Binary or MetricKind.Proportion or MetricKind.Continuous;

    private static QualityCase Case(
        ImmutableArray<MetricRecord> all, SeedsWithoutValue failed, IEnumerable<MetricRecord> before, SeedsWithoutValue failedBefore, Func<SeriesKey, string> shown)
    {
        // Models without loops, such as n-grams, are references: a line across, not a point.
        ImmutableArray<MetricRecord> metrics = [.. all.Where(metric => metric.Key.TestedLoopCount is not null)];
        ImmutableArray<(string Name, Estimate Estimate)> references =
        [
            .. all.Where(metric => metric.Key.TestedLoopCount is null).OrderBy(metric => metric.Key.VariantId, NaturalOrder.Instance)
                .Select(metric => (metric.Key.VariantId, SamplingInterval.Of(metric, metric.Value!.Value))),
        ];
        var first = all[0];
        var recipesOfVariant = metrics
            .GroupBy(metric => metric.Key.VariantId)
            .ToDictionary(group => group.Key, group => group.Select(metric => metric.Key.RecipeHash).Distinct().Count());
        string LineOf(SeriesKey key) => Line(key, recipesOfVariant[key.VariantId]);
        return new QualityCase(
            first.Key.SuiteId, first.Key.TaskId, first.Key.CaseParameters, first.Key.Shots, first.Key.Split, first.Key.Metric, first.Key.Slice,
            first.Direction, first.Unit, first.Kind, first.Transform, all.Select(metric => metric.Chance).FirstOrDefault(chance => chance is not null),
            shown(first.Key), references,
            Points(metrics, failed, LineOf))
        {
            Before = Points(before.Where(metric => metric.Key.TestedLoopCount is not null), failedBefore, LineOf),
        };
    }

    private static ImmutableArray<QualityPoint> Points(IEnumerable<MetricRecord> metrics, SeedsWithoutValue failed, Func<SeriesKey, string> line) =>
    [
        .. metrics
            .GroupBy(metric => (
                Line: line(metric.Key), metric.Key.VariantId,
                Trained: metric.Key.TrainedLoopCount ?? metric.Key.TestedLoopCount!.Value, Tested: metric.Key.TestedLoopCount!.Value))
            .Select(group =>
            {
                ImmutableArray<SeedEstimate> seeds =
                [
                    .. group.OrderBy(metric => metric.Seed).ThenBy(metric => metric.CellId, StringComparer.Ordinal).Select(metric => new SeedEstimate(
                        metric.Seed, SamplingInterval.Of(metric, metric.Value!.Value), metric.SampleCount, metric.ClusterCount, metric.CellId)),
                ];
                return new QualityPoint(
                    group.Key.Line, group.Key.VariantId, group.Key.Trained, group.Key.Tested, SeedMean.Of(seeds, ValueRange.Of(group.First())), seeds)
                {
                    FailedSeeds = group.Select(metric => metric.Key).Distinct().Sum(failed.Of),
                };
            })
            .OrderBy(point => point.Line, StringComparer.Ordinal).ThenBy(point => point.TrainedLoopCount).ThenBy(point => point.TestedLoopCount),
    ];

    private static string Line(SeriesKey key, int recipes) =>
        recipes > 1 && key.RecipeHash is { } hash ? $"{key.VariantId} recipe {hash[..Math.Min(6, hash.Length)]}" : key.VariantId;
}
