using LT2.Eval.Tasks.TextTasks.Export;

namespace LT2.Eval.Harness.Execution.TextEvaluation;

/// <summary>One metric of an evaluated text task.</summary>
/// <param name="Task">The task.</param>
/// <param name="Metric">The metric.</param>
/// <param name="Value">Its value.</param>
/// <param name="StandardError">Null where there is none.</param>
/// <param name="Documents">Documents evaluated.</param>
/// <param name="Chance">Expected value of an uninformed choice among the documents' choices; null where there is none.</param>
public sealed record TextTaskMetric(string Task, string Metric, double Value, double? StandardError, int Documents, double? Chance)
{
    /// <summary>Every metric of a task.</summary>
    public static IEnumerable<TextTaskMetric> Of(EvaluatedTask task, int bootstrapIterations) => task.Task.Metrics.Select(metric => new TextTaskMetric(
        task.Task.Name, metric.Metric, task.Value(metric), task.StandardError(metric, bootstrapIterations), task.Documents.Count, task.Chance(metric)));
}
