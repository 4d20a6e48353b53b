using LT2.Eval.Tasks.Contracts;
using LT2.Eval.Tasks.Generators;
using LT2.Eval.Tasks.TextTasks.Functions;
using LT2.Eval.Tasks.TextTasks.Templates;

namespace LT2.Eval.Tasks.TextTasks.Definitions;

/// <summary>Reads a YAML task file: one task, or one for each value of its <c>expand</c> field.</summary>
public static class TaskDefinitionReader
{
    private static readonly string[] KnownFields =
    [
        "task", "task_alias", "group", "groups", "expand", "title", "licence", "chance", "cluster", "examples", "tag",
        "dataset_path", "dataset_name", "training_split", "validation_split", "test_split", "fewshot_split", "process_docs",
        "doc_to_text", "doc_to_target", "doc_to_choice", "process_results", "description", "target_delimiter", "fewshot_delimiter",
        "fewshot_config", "num_fewshot", "metric_list", "output_type", "generation_kwargs", "repeats", "filter_list",
        "should_decontaminate", "doc_to_decontamination_query", "metadata",
    ];

    private static readonly string[] TemplateFields = ["doc_to_text", "doc_to_target", "doc_to_choice", "description"];

    /// <summary>Reads a file's tasks and groups.</summary>
    /// <param name="yaml">Its text.</param>
    /// <param name="place">Its name, for messages.</param>
    /// <param name="readExamples">Gives the text of an examples file by name; null if there is none.</param>
    /// <exception cref="TaskException">Every problem of the file at once.</exception>
    public static (IReadOnlyList<TaskDefinition> Tasks, IReadOnlyList<TaskGroup> Groups) Read(string yaml, string place, Func<string, string?> readExamples)
    {
        var fields = YamlValues.ReadMap(yaml, place);
        var problems = Check(fields, place);
        if (problems.Count > 0)
        {
            throw new TaskException(problems);
        }

        var examples = readExamples(fields.GetValueOrDefault("examples") as string ?? (string)fields["task"]!);
        if (fields.GetValueOrDefault("expand") is not IReadOnlyDictionary<string, object?> expand)
        {
            return ([Create(fields, place, examples)], []);
        }

        var (name, values) = expand.Select(pair => (pair.Key, (pair.Value as IReadOnlyList<object?> ?? []).OfType<string>().ToList())).Single();
        var tasks = values.Select(value => Create(
            (OrderedDictionary<string, object?>)Substitute(fields, $"@{name}@", value, $"@{name}:words@", value.Replace('_', ' '))!, place, examples)).ToList();
        return (tasks, ReadGroups(fields, name, tasks));
    }

    private static TaskDefinition Create(OrderedDictionary<string, object?> fields, string place, string? examples)
    {
        var metrics = (fields.GetValueOrDefault("metric_list") as IReadOnlyList<object?> ?? [])
            .OfType<IReadOnlyDictionary<string, object?>>()
            .Select(entry => new MetricEntry((string)entry["metric"]!, entry))
            .ToList();
        return new TaskDefinition((string)fields["task"]!, OutputTypes[(string)fields["output_type"]!], fields, metrics, place, examples);
    }

    private static readonly Dictionary<string, OutputType> OutputTypes = new()
    {
        ["multiple_choice"] = OutputType.MultipleChoice,
        ["loglikelihood"] = OutputType.LogLikelihood,
        ["loglikelihood_rolling"] = OutputType.LogLikelihoodRolling,
        ["generate_until"] = OutputType.GenerateUntil,
    };

    private static List<string> Check(OrderedDictionary<string, object?> fields, string place)
    {
        var problems = fields.Keys.Where(key => !KnownFields.Contains(key))
            .Select(key => $"{place}: there is no field '{key}'. {NearestName.Find(key, KnownFields) switch { { } near => $"Did you mean '{near}'?", null => "The README of tasks/ lists them." }}")
            .ToList();
        foreach (var needed in new[] { "task", "output_type", "dataset_path", "metric_list" }.Where(needed => fields.GetValueOrDefault(needed) is null))
        {
            problems.Add($"{place}: the field '{needed}' is needed.");
        }

        if (fields.GetValueOrDefault("output_type") is { } type && !(type is string name && OutputTypes.ContainsKey(name)))
        {
            problems.Add($"{place}: output_type is '{type}'. {NearestName.Hint(type.ToString()!, OutputTypes.Keys)}");
        }

        if (fields.GetValueOrDefault("test_split") is null && fields.GetValueOrDefault("validation_split") is null)
        {
            problems.Add($"{place}: test_split or validation_split is needed: it names the documents to evaluate.");
        }

        if (fields.GetValueOrDefault("output_type") is "multiple_choice" && fields.GetValueOrDefault("doc_to_choice") is null)
        {
            problems.Add($"{place}: a multiple-choice task needs doc_to_choice.");
        }

        foreach (var (field, value) in fields)
        {
            if (value is FunctionReference function && !TaskFunctions.Exists(field, function.Name))
            {
                problems.Add($"{place}: {field} names the function '{function.Name}', which does not exist. {NearestName.Hint(function.Name, TaskFunctions.Names(field))}");
            }

            if (value is string template && TemplateFields.Contains(field))
            {
                try
                {
                    Template.Parse(template);
                }
                catch (TemplateException exception)
                {
                    problems.Add($"{place}: {field}: {exception.Message}");
                }
            }
        }

        foreach (var entry in fields.GetValueOrDefault("metric_list") as IReadOnlyList<object?> ?? [])
        {
            if (entry is not IReadOnlyDictionary<string, object?> map || map.GetValueOrDefault("metric") is not string)
            {
                problems.Add($"{place}: every entry of metric_list needs a field 'metric'.");
            }
        }

        OutputType? outputType = fields.GetValueOrDefault("output_type") is string known && OutputTypes.TryGetValue(known, out var found) ? found : null;
        problems.AddRange(ListedNames.Check(fields, outputType, place));
        return problems;
    }

    private static object? Substitute(object? value, string placeholder, string replacement, string wordsPlaceholder, string words)
    {
        switch (value)
        {
            case string text:
                return text.Replace(wordsPlaceholder, words, StringComparison.Ordinal).Replace(placeholder, replacement, StringComparison.Ordinal);
            case IReadOnlyDictionary<string, object?> map:
                var result = new OrderedDictionary<string, object?>();
                foreach (var (key, entry) in map)
                {
                    result[key] = Substitute(entry, placeholder, replacement, wordsPlaceholder, words);
                }

                return result;
            case IReadOnlyList<object?> list:
                return list.Select(item => Substitute(item, placeholder, replacement, wordsPlaceholder, words)).ToList();
            default:
                return value;
        }
    }

    private static List<TaskGroup> ReadGroups(OrderedDictionary<string, object?> fields, string placeholder, IReadOnlyList<TaskDefinition> tasks)
    {
        if (fields.GetValueOrDefault("group") is not string group)
        {
            return [];
        }

        var pattern = (string)fields["task"]!;
        var inner = (fields.GetValueOrDefault("groups") as IReadOnlyDictionary<string, object?> ?? new OrderedDictionary<string, object?>())
            .Select(pair => new TaskGroup(
                pair.Key,
                [.. (pair.Value as IReadOnlyList<object?> ?? []).OfType<string>().Select(value => pattern.Replace($"@{placeholder}@", value, StringComparison.Ordinal))],
                []))
            .ToList();
        return [new TaskGroup(group, [.. tasks.Select(task => task.Name)], [.. inner.Select(subgroup => subgroup.Name)]), .. inner];
    }
}
