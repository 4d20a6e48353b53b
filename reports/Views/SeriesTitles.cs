using System.Collections.Concurrent;
using LT2.Eval.Results.Records;

namespace LT2.Eval.Reports.Views;

/// <summary>Series named as the quality pages name their cases: with the parameters that tell a case from the others of its task in this run.</summary>
public sealed class SeriesTitles
{
    private readonly Dictionary<(string Suite, string Task), string[]> parametersOfTask;
    private readonly ConcurrentDictionary<(string Suite, string Task, string Parameters, int Shots), string> cases = new();

    /// <summary>Learns the cases of each task.</summary>
    /// <param name="metrics">Metrics of the run; where it did not measure a task, those of the reference.</param>
    /// <param name="reference">Metrics of the reference run.</param>
    internal SeriesTitles(IReadOnlyList<MetricRecord> metrics, IReadOnlyList<MetricRecord> reference)
    {
        parametersOfTask = ByTask(reference);
        foreach (var (task, parameters) in ByTask(metrics))
        {
            parametersOfTask[task] = parameters;
        }
    }

    /// <summary><c>parity, length 64</c>, or phase and length of a time.</summary>
    /// <param name="key">The series.</param>
    public string Case(SeriesKey key) => key.Phase is null && parametersOfTask.TryGetValue((key.SuiteId, key.TaskId), out var all)
        ? cases.GetOrAdd((key.SuiteId, key.TaskId, key.CaseParameters, key.Shots), of => CaseNames.Title(of.Task, CaseNames.Shown(of.Parameters, all), of.Shots))
        : SeriesNames.Case(key);

    /// <summary>Case, metric, slice, variant and loop counts.</summary>
    /// <param name="key">The series.</param>
    public string Title(SeriesKey key) => SeriesNames.Title(key, Case(key));

    // The cases of the quality pages are those that have a value.
    private static Dictionary<(string Suite, string Task), string[]> ByTask(IReadOnlyList<MetricRecord> metrics) => metrics
        .Where(metric => metric.Key.Phase is null).GroupBy(metric => (metric.Key.SuiteId, metric.Key.TaskId))
        .ToDictionary(task => task.Key, task => task.Where(metric => metric.Value is not null || task.All(other => other.Value is null)).Select(metric => metric.Key.CaseParameters).Distinct().ToArray());
}
