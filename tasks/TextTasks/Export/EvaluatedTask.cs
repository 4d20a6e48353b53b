using LT2.Eval.Tasks.TextTasks.Definitions;
using LT2.Eval.Tasks.TextTasks.Scoring;

namespace LT2.Eval.Tasks.TextTasks.Export;

/// <summary>A task with all of its documents evaluated.</summary>
/// <param name="Task">The task.</param>
/// <param name="Shots">Shots in each prompt.</param>
/// <param name="Documents">In the order of the split.</param>
/// <param name="OriginalCount">Documents of the whole split, evaluated or not.</param>
public sealed record EvaluatedTask(TaskDefinition Task, int Shots, IReadOnlyList<EvaluatedDocument> Documents, int OriginalCount)
{
    /// <summary>Values of a metric over all documents.</summary>
    public IReadOnlyList<object?> Values(string metric) => [.. Documents.Select(document => document.Scores[metric])];

    /// <summary>The task's value of a metric.</summary>
    public double Value(MetricEntry metric) => Aggregation.Aggregate(metric.Aggregation, Values(metric.Metric));

    /// <summary>What choosing blindly scores: the mean of one over the number of choices; null for metrics that choose nothing.</summary>
    public double? Chance(MetricEntry metric)
    {
        if (Task.OutputType != OutputType.MultipleChoice || Task.ScoringFunction is not null || !BenchmarkMetrics.SharesChance(metric.Metric))
        {
            return null;
        }

        var requestsOfAChoice = Task.Metrics.Any(entry => entry.Metric == "acc_mutual_info") ? 2.0 : 1.0;
        return Documents.Average(document => requestsOfAChoice / document.Requests.Count);
    }

    /// <summary>Its standard error; null where there is none.</summary>
    public double? StandardError(MetricEntry metric, int bootstrapIterations) =>
        Aggregation.StandardError(metric.Aggregation, Values(metric.Metric), bootstrapIterations);
}
