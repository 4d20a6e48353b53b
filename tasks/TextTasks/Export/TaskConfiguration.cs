using LT2.Eval.Tasks.TextTasks.Definitions;

namespace LT2.Eval.Tasks.TextTasks.Export;

/// <summary>A task's resolved configuration as results files hold it: the reference's fields in the reference's order.</summary>
internal static class TaskConfiguration
{
    private const string FunctionText = "(function)";

    /// <summary>The configuration.</summary>
    public static OrderedDictionary<string, object?> Create(TaskDefinition task, int shots)
    {
        var configuration = new OrderedDictionary<string, object?>();
        void Copy(string field)
        {
            if (task.Fields.TryGetValue(field, out var value) && value is not null)
            {
                configuration[field] = value is FunctionReference ? FunctionText : value;
            }
        }

        foreach (var field in new[]
        {
            "task", "task_alias", "dataset_path", "dataset_name", "training_split", "validation_split", "test_split", "fewshot_split",
            "process_docs", "doc_to_text", "doc_to_target",
        })
        {
            Copy(field);
        }

        configuration["unsafe_code"] = false;
        Copy("doc_to_choice");
        Copy("process_results");
        configuration["description"] = task.Description;
        configuration["target_delimiter"] = task.TargetDelimiter;
        configuration["fewshot_delimiter"] = task.FewShotDelimiter;
        configuration["fewshot_config"] = FewShot(task);
        configuration["num_fewshot"] = (long)shots;
        Copy("metric_list");
        Copy("output_type");
        Copy("generation_kwargs");
        configuration["repeats"] = 1L;
        Copy("filter_list");
        configuration["should_decontaminate"] = task.Fields.GetValueOrDefault("should_decontaminate") is true;
        Copy("doc_to_decontamination_query");
        configuration["metadata"] = task.Fields.GetValueOrDefault("metadata") ?? new OrderedDictionary<string, object?>();
        return configuration;
    }

    private static OrderedDictionary<string, object?> FewShot(TaskDefinition task)
    {
        object? Field(string name) => task.Fields.GetValueOrDefault(name) is FunctionReference ? FunctionText : task.Fields.GetValueOrDefault(name);
        return new OrderedDictionary<string, object?>
        {
            ["sampler"] = task.Sampler,
            ["split"] = task.FewShotSplit,
            ["process_docs"] = Field("process_docs"),
            ["fewshot_indices"] = null,
            ["samples"] = task.FewShotSamples,
            ["doc_to_text"] = Field("doc_to_text"),
            ["doc_to_choice"] = Field("doc_to_choice"),
            ["doc_to_target"] = Field("doc_to_target"),
            ["gen_prefix"] = null,
            ["fewshot_delimiter"] = task.FewShotDelimiter,
            ["target_delimiter"] = task.TargetDelimiter,
        };
    }
}
