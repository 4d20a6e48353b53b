using LT2.Eval.Tasks.TextTasks.Python;

namespace LT2.Eval.Tasks.TextTasks.Scoring;

/// <summary>The line of <c>lt2 rescore</c>.</summary>
/// <param name="Task">The task.</param>
/// <param name="Metrics">Metric to value and <c>METRIC_stderr</c> to its standard error, a number or <c>N/A</c>.</param>
public sealed record RescoredTask(string Task, IReadOnlyDictionary<string, object?> Metrics)
{
    /// <summary>The line.</summary>
    public string ToJson() => PythonJson.Dumps(new OrderedDictionary<string, object?> { ["task"] = Task, ["metrics"] = Metrics });
}
