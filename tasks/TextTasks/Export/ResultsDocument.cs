using System.Globalization;
using LT2.Eval.Tasks.TextTasks.Definitions;
using LT2.Eval.Tasks.TextTasks.Scoring;

namespace LT2.Eval.Tasks.TextTasks.Export;

/// <summary>The content of a results file.</summary>
internal static class ResultsDocument
{
    private const long RandomSeed = 0, OtherSeeds = 1234;

    /// <summary>Builds it.</summary>
    public static OrderedDictionary<string, object?> Create(
        IReadOnlyList<EvaluatedTask> tasks, IReadOnlyList<TaskGroup> groups, HarnessRunInfo run, double unixSeconds)
    {
        groups = [.. groups.Where(group => group.Tasks.All(name => tasks.Any(task => task.Task.Name == name)))];
        var results = new OrderedDictionary<string, object?>();
        var groupRows = new OrderedDictionary<string, object?>();
        foreach (var group in groups)
        {
            results[group.Name] = groupRows[group.Name] = GroupRow(group, [.. tasks.Where(task => group.Tasks.Contains(task.Task.Name))]);
        }

        foreach (var task in tasks)
        {
            results[task.Task.Name] = TaskRow(task, run.BootstrapIterations);
        }

        var document = new OrderedDictionary<string, object?> { ["results"] = results };
        if (groups.Count > 0)
        {
            document["groups"] = groupRows;
        }

        document["group_subtasks"] = Map(groups, group => group.Name, group => group.Subgroups.Count > 0 ? group.Subgroups : group.Tasks);
        document["configs"] = Map(tasks, task => task.Task.Name, task => TaskConfiguration.Create(task.Task, task.Shots));
        document["versions"] = Map(tasks, task => task.Task.Name, task => task.Task.Version);
        document["n-shot"] = Map(tasks, task => task.Task.Name, task => (long)task.Shots);
        document["higher_is_better"] = Map(tasks, task => task.Task.Name, task => Map(task.Task.Metrics, metric => metric.Metric, metric => metric.HigherIsBetter));
        document["n-samples"] = Map(tasks, task => task.Task.Name, task => new OrderedDictionary<string, object?>
        {
            ["original"] = (long)task.OriginalCount, ["effective"] = (long)task.Documents.Count,
        });
        document["config"] = RunConfiguration(run);
        document["git_hash"] = run.GitHash;
        document["date"] = unixSeconds;
        foreach (var (field, value) in run.TokenizerFields)
        {
            document[field] = value;
        }

        document["task_hashes"] = Map(tasks, task => task.Task.Name, task => SampleLine.Hash(string.Concat(task.Documents.Select(
            sample => SampleLine.DocumentHash(sample) + SampleLine.PromptHash(sample) + SampleLine.TargetHash(sample)))));
        document["model_source"] = "CUSTOM";
        document["model_name"] = run.ModelName;
        document["model_name_sanitized"] = HarnessLayoutWriter.Sanitize(run.ModelName);
        document["system_instruction"] = null;
        document["system_instruction_sha"] = null;
        document["fewshot_as_multiturn"] = true;
        document["chat_template"] = null;
        document["chat_template_sha"] = null;
        document["total_evaluation_time_seconds"] = run.EvaluationSeconds.ToString(CultureInfo.InvariantCulture);
        return document;
    }

    private static OrderedDictionary<string, object?> TaskRow(EvaluatedTask task, int bootstrapIterations)
    {
        var row = new OrderedDictionary<string, object?>
        {
            ["name"] = task.Task.Name, ["alias"] = task.Task.Alias, ["sample_len"] = (long)task.Documents.Count,
        };
        foreach (var metric in task.Task.Metrics)
        {
            row[$"{metric.Metric},{task.Task.FilterName}"] = task.Value(metric);
            row[$"{metric.Metric}_stderr,{task.Task.FilterName}"] = task.StandardError(metric, bootstrapIterations) is { } error ? error : "N/A";
        }

        return row;
    }

    private static OrderedDictionary<string, object?> GroupRow(TaskGroup group, IReadOnlyList<EvaluatedTask> tasks)
    {
        int[] sizes = [.. tasks.Select(task => task.Documents.Count)];
        var row = new OrderedDictionary<string, object?> { ["name"] = group.Name, ["alias"] = group.Name, ["sample_count"] = (long)sizes.Sum() };
        foreach (var metric in tasks[0].Task.Metrics)
        {
            var errors = tasks.Select(task => task.StandardError(metric, 0)).ToList();
            row[$"{metric.Metric},{tasks[0].Task.FilterName}"] = Aggregation.GroupValue([.. tasks.Select(task => task.Value(metric))], sizes);
            row[$"{metric.Metric}_stderr,{tasks[0].Task.FilterName}"] =
                errors.All(error => error is not null) ? Aggregation.GroupStandardError([.. errors.Select(error => error!.Value)], sizes) : "N/A";
        }

        return row;
    }

    private static OrderedDictionary<string, object?> RunConfiguration(HarnessRunInfo run) => new()
    {
        ["model"] = run.Model,
        ["model_args"] = run.ModelArguments,
        ["batch_size"] = run.BatchSize is { } size ? (long)size : null,
        ["batch_sizes"] = new List<object?>(),
        ["device"] = run.Device,
        ["use_cache"] = null,
        ["limit"] = run.Limit is { } limit ? (long)limit : null,
        ["bootstrap_iters"] = (long)run.BootstrapIterations,
        ["gen_kwargs"] = null,
        ["random_seed"] = RandomSeed,
        ["numpy_seed"] = OtherSeeds,
        ["torch_seed"] = OtherSeeds,
        ["fewshot_seed"] = OtherSeeds,
    };

    private static OrderedDictionary<string, object?> Map<T>(IEnumerable<T> items, Func<T, string> key, Func<T, object?> value)
    {
        var map = new OrderedDictionary<string, object?>();
        foreach (var item in items)
        {
            map[key(item)] = value(item);
        }

        return map;
    }
}
