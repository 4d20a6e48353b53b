using LT2.Eval.Tasks.TextTasks.Python;

namespace LT2.Eval.Tasks.TextTasks.Definitions;

/// <summary>
/// A text task as its YAML file defines it. The fields are those of lm-evaluation-harness, so that its simple task files work here;
/// <c>title</c>, <c>licence</c>, <c>chance</c>, <c>cluster</c>, <c>expand</c> and <c>groups</c> are ours.
/// </summary>
/// <param name="Name">Id of the task.</param>
/// <param name="OutputType">What is asked.</param>
/// <param name="Fields">Every field as written, expanded.</param>
/// <param name="Metrics">The metrics to report.</param>
/// <param name="Place">File it came from, for messages.</param>
/// <param name="ExamplesJsonLines">Documents shipped with it, in the data set's schema; null if none.</param>
public sealed record TaskDefinition(
    string Name,
    OutputType OutputType,
    IReadOnlyDictionary<string, object?> Fields,
    IReadOnlyList<MetricEntry> Metrics,
    string Place,
    string? ExamplesJsonLines)
{
    /// <summary>The documents shipped with it; null if none.</summary>
    public IReadOnlyList<IReadOnlyDictionary<string, object?>>? Examples => ExamplesJsonLines is null ? null :
        [.. ExamplesJsonLines.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries).Select(line => (IReadOnlyDictionary<string, object?>)PythonJson.Parse(line)!)];

    /// <summary>One line for people.</summary>
    public string Title => Text("title") ?? Name;

    /// <summary>Short name in result tables.</summary>
    public string Alias => Text("task_alias") ?? Name;

    /// <summary>Data set, <c>owner/name</c> on the hub.</summary>
    public string DatasetPath => Text("dataset_path") ?? string.Empty;

    /// <summary>Configuration of the data set; null for its only one.</summary>
    public string? DatasetName => Text("dataset_name");

    /// <summary>Split to train on or take shots from; null if there is none.</summary>
    public string? TrainingSplit => Text("training_split");

    /// <summary>Split for validation; null if there is none.</summary>
    public string? ValidationSplit => Text("validation_split");

    /// <summary>Split for tests; null if there is none.</summary>
    public string? TestSplit => Text("test_split");

    /// <summary>Split that shots are taken from, if stated.</summary>
    public string? FewShotSplit => Text("fewshot_split");

    /// <summary>The split that is evaluated: test, else validation.</summary>
    public string EvaluatedSplit => TestSplit ?? ValidationSplit ?? throw new InvalidOperationException($"{Place} was not checked.");

    /// <summary>The split that shots come from: stated, else training, else validation, else test.</summary>
    public string FewShotPoolSplit => FewShotSplit ?? TrainingSplit ?? ValidationSplit ?? EvaluatedSplit;

    /// <summary>
    /// Whether one document more than needed is drawn and the evaluated one dropped: when the settings of the shots' split and the test
    /// split are equal, which includes both being unset.
    /// </summary>
    public bool DropsEvaluatedDocument => FewShotSplit == TestSplit;

    /// <summary>Stands before everything; may be a template.</summary>
    public string Description => Text("description") ?? string.Empty;

    /// <summary>Between a context and its answer.</summary>
    public string TargetDelimiter => Fields.ContainsKey("target_delimiter") ? Text("target_delimiter") ?? string.Empty : " ";

    /// <summary>After each shot.</summary>
    public string FewShotDelimiter => Fields.ContainsKey("fewshot_delimiter") ? Text("fewshot_delimiter") ?? string.Empty : "\n\n";

    /// <summary>Shots that the definition pins; null if a user may choose.</summary>
    public int? PinnedShots => Fields.GetValueOrDefault("num_fewshot") is long shots ? (int)shots : null;

    /// <summary>How shots are chosen: <c>default</c> draws, <c>first_n</c> takes the first.</summary>
    public string Sampler => FewShotConfiguration?.GetValueOrDefault("sampler") as string ?? "default";

    /// <summary>Shots written in the definition itself.</summary>
    public IReadOnlyList<object?>? FewShotSamples => FewShotConfiguration?.GetValueOrDefault("samples") as IReadOnlyList<object?>;

    /// <summary>Chance level of the first metric; null where it varies or there is none.</summary>
    public double? Chance => Fields.GetValueOrDefault("chance") switch { double value => value, long value => value, _ => null };

    /// <summary>Column that clusters documents for standard errors; null if each stands alone.</summary>
    public string? ClusterColumn => Text("cluster");

    /// <summary>The task's version as <c>metadata.version</c> has it; <c>Yaml</c> where a definition states none.</summary>
    public object Version => (Fields.GetValueOrDefault("metadata") as IReadOnlyDictionary<string, object?>)?.GetValueOrDefault("version") ?? "Yaml";

    /// <summary>The task with another limit of generated tokens, for models that read too little for its own.</summary>
    /// <exception cref="Contracts.TaskException">It does not generate.</exception>
    public TaskDefinition WithMaximumNewTokens(int tokens) => OutputType == OutputType.GenerateUntil
        ? this with
        {
            Fields = new OrderedDictionary<string, object?>(Fields)
            {
                ["generation_kwargs"] = new OrderedDictionary<string, object?>(GenerationSettings ?? new OrderedDictionary<string, object?>()) { ["max_gen_toks"] = (long)tokens },
            },
        }
        : throw new Contracts.TaskException($"The task '{Name}' generates no text, so there is no number of new tokens to set.");

    /// <summary>Settings of generation; null for the defaults.</summary>
    public IReadOnlyDictionary<string, object?>? GenerationSettings => Fields.GetValueOrDefault("generation_kwargs") as IReadOnlyDictionary<string, object?>;

    /// <summary>Function that scores a document instead of the usual metrics; null for those.</summary>
    public string? ScoringFunction => (Fields.GetValueOrDefault("process_results") as FunctionReference)?.Name;

    /// <summary>Name of the filter in results, <c>none</c> unless the definition names one.</summary>
    public string FilterName => (Fields.GetValueOrDefault("filter_list") as IReadOnlyList<object?>)?.OfType<IReadOnlyDictionary<string, object?>>()
        .Select(filter => filter.GetValueOrDefault("name") as string).FirstOrDefault() ?? "none";

    /// <summary>Functions that the filter applies to generated text, in order.</summary>
    public IReadOnlyList<string> FilterFunctions => [.. (Fields.GetValueOrDefault("filter_list") as IReadOnlyList<object?> ?? [])
        .OfType<IReadOnlyDictionary<string, object?>>().Take(1)
        .SelectMany(filter => filter.GetValueOrDefault("filter") as IReadOnlyList<object?> ?? [])
        .OfType<IReadOnlyDictionary<string, object?>>()
        .Select(step => step.GetValueOrDefault("function") as string).OfType<string>()];

    /// <summary>The map <c>fewshot_config</c>, if any.</summary>
    public IReadOnlyDictionary<string, object?>? FewShotConfiguration => Fields.GetValueOrDefault("fewshot_config") as IReadOnlyDictionary<string, object?>;

    /// <summary>A field's text, if it is one.</summary>
    public string? Text(string field) => Fields.GetValueOrDefault(field) as string;
}
