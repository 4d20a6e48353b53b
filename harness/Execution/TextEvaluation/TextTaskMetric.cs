using LT2.Eval.Tasks.TextTasks.Definitions;
using LT2.Eval.Tasks.TextTasks.Export;
using LT2.Eval.Tasks.TextTasks.Scoring;

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
    /// <summary>Every metric of a group, its tasks weighted by their documents.</summary>
    /// <param name="group">The group.</param>
    /// <param name="tasks">Evaluated tasks, all of the group's among them.</param>
    public static IEnumerable<TextTaskMetric> Of(TaskGroup group, IReadOnlyList<EvaluatedTask> tasks)
    {
        var own = tasks.Where(task => group.Tasks.Contains(task.Task.Name)).ToList();
        int[] sizes = [.. own.Select(task => task.Documents.Count)];
        foreach (var metric in own[0].Task.Metrics)
        {
            var errors = own.Select(task => task.StandardError(metric, 0)).ToList();
            var chances = own.Select(task => task.Chance(metric)).ToList();
            yield return new TextTaskMetric(
                group.Name,
                metric.Metric,
                Aggregation.GroupValue([.. own.Select(task => task.Value(metric))], sizes),
                errors.Contains(null) ? null : Aggregation.GroupStandardError([.. errors.Select(error => error!.Value)], sizes),
                sizes.Sum(),
                chances.Contains(null) ? null : Aggregation.GroupValue([.. chances.Select(chance => chance!.Value)], sizes));
        }
    }

    /// <summary>Every metric of a task.</summary>
    public static IEnumerable<TextTaskMetric> Of(EvaluatedTask task, int bootstrapIterations) => task.Task.Metrics.Select(metric => new TextTaskMetric(
        task.Task.Name, metric.Metric, task.Value(metric), task.StandardError(metric, bootstrapIterations), task.Documents.Count, task.Chance(metric)));
}
