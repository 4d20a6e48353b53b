using System.Globalization;
using LT2.Eval.Results.Records;
using LT2.Eval.Tasks.TextTasks.Export;

namespace LT2.Eval.Harness.Export;

/// <summary>The content of a results file of a stored run. Standard errors are the store's: clustered where the suite states clusters.</summary>
internal static class StoredResultsDocument
{
    private const string Filter = "none";

    public static OrderedDictionary<string, object?> Create(
        RunRecord run, StoredReadout readout, IReadOnlyList<StoredTextTask> tasks, IReadOnlyDictionary<string, string> environment) => new()
    {
        ["results"] = Map(tasks, Row),
        ["group_subtasks"] = new OrderedDictionary<string, object?>(),
        ["configs"] = Map(tasks, Configuration),
        ["versions"] = Map(tasks, task => (long)task.Metrics[0].Key.SuiteVersion),
        ["n-shot"] = Map(tasks, task => (long)task.Metrics[0].Key.Shots),
        ["higher_is_better"] = Map(tasks, task => Metrics(task, metric => metric.Direction == MetricDirection.HigherIsBetter)),
        ["n-samples"] = Map(tasks, task => new OrderedDictionary<string, object?>
        {
            ["original"] = (long)(task.Documents.Count > 0 ? task.Documents.Count : task.SampleCount), ["effective"] = (long)task.SampleCount,
        }),
        ["config"] = new OrderedDictionary<string, object?>
        {
            ["model"] = "lt2",
            ["model_args"] = new OrderedDictionary<string, object?>
            {
                ["variant"] = readout.VariantId, ["loops"] = (long?)readout.TestedLoopCount, ["trained_loops"] = (long?)readout.TrainedLoopCount, ["seed"] = readout.Seed,
                ["dtype"] = tasks[0].Metrics[0].Key.Dtype,
            },
            ["batch_size"] = (long)tasks[0].Metrics[0].Key.BatchSize,
            ["batch_sizes"] = new List<object?>(),
            ["device"] = environment.GetValueOrDefault("settings.device"),
            ["use_cache"] = null,
            ["limit"] = null,
            ["bootstrap_iters"] = 0L,
            ["gen_kwargs"] = null,
        },
        ["git_hash"] = run.Commit,
        ["date"] = run.StartedUtc.ToUnixTimeMilliseconds() / 1000.0,
        ["lt2_run"] = run.RunId,
        ["lt2_build"] = run.BuildId,
        ["model_source"] = "CUSTOM",
        ["model_name"] = readout.Name,
        ["model_name_sanitized"] = HarnessLayoutWriter.Sanitize(readout.Name),
        ["system_instruction"] = null,
        ["chat_template"] = null,
        ["total_evaluation_time_seconds"] = run.FinishedUtc is { } end ? (end - run.StartedUtc).TotalSeconds.ToString(CultureInfo.InvariantCulture) : null,
    };

    private static OrderedDictionary<string, object?> Row(StoredTextTask task)
    {
        var row = new OrderedDictionary<string, object?> { ["name"] = task.Name, ["alias"] = task.Name, ["sample_len"] = (long)task.SampleCount };
        foreach (var metric in task.Whole)
        {
            row[$"{metric.Key.Metric},{Filter}"] = metric.Value;
            row[$"{metric.Key.Metric}_stderr,{Filter}"] = metric.StandardError is { } error && double.IsFinite(error) ? error : "N/A";
        }

        return row;
    }

    private static OrderedDictionary<string, object?> Configuration(StoredTextTask task)
    {
        var key = task.Metrics[0].Key;
        return new()
        {
            ["task"] = key.TaskId,
            ["dataset_path"] = key.SuiteId,
            ["num_fewshot"] = (long)key.Shots,
            ["metric_list"] = task.Whole.Select(object? (metric) => new OrderedDictionary<string, object?>
            {
                ["metric"] = metric.Key.Metric, ["aggregation"] = "mean", ["higher_is_better"] = metric.Direction == MetricDirection.HigherIsBetter,
            }).ToList(),
            ["metadata"] = new OrderedDictionary<string, object?>
            {
                ["version"] = (long)key.SuiteVersion, ["suite"] = key.SuiteId, ["parameters"] = key.CaseParameters, ["split"] = key.Split, ["data_hash"] = key.DataHash,
            },
        };
    }

    private static OrderedDictionary<string, object?> Metrics(StoredTextTask task, Func<MetricRecord, object?> value)
    {
        var map = new OrderedDictionary<string, object?>();
        foreach (var metric in task.Whole)
        {
            map[metric.Key.Metric] = value(metric);
        }

        return map;
    }

    private static OrderedDictionary<string, object?> Map(IReadOnlyList<StoredTextTask> tasks, Func<StoredTextTask, object?> value)
    {
        var map = new OrderedDictionary<string, object?>();
        foreach (var task in tasks)
        {
            map[task.Name] = value(task);
        }

        return map;
    }
}
