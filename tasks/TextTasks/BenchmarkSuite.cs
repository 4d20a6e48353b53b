using System.Globalization;
using LT2.Eval.Tasks.Contracts;
using LT2.Eval.Tasks.Generators;
using LT2.Eval.Tasks.TextTasks.Definitions;

namespace LT2.Eval.Tasks.TextTasks;

/// <summary>The field's benchmarks, one YAML definition each, with prompts and scores equal to lm-evaluation-harness's.</summary>
/// <param name="id">Id of the suite; tasks of a user's own folder make a suite of their own.</param>
/// <param name="catalogue">Its tasks and groups.</param>
public sealed class BenchmarkSuite(string id, TaskCatalogue catalogue) : ISuite
{
    internal const string NewTokensParameter = "maximumNewTokens", TasksOwn = "task";

    private static readonly IReadOnlyList<ParameterDefinition> Parameters =
    [
        new IntegerParameter("documents", TextSuite.DefaultDocuments, 1, 10_000_000),
        new IntegerParameter("shots", 0, 0, 1000),
        new ChoiceParameter("source", "dataset", ["dataset", "examples"]),
        new TextParameter(NewTokensParameter, TasksOwn, "a whole number of at least 1, or 'task' for the task's own"),
    ];

    /// <summary>The tasks that come with the program.</summary>
    public BenchmarkSuite()
        : this("benchmarks", TaskCatalogue.BuiltIn)
    {
    }

    /// <inheritdoc/>
    public string Id => id;

    /// <inheritdoc/>
    public int Version => 1;

    /// <inheritdoc/>
    public string Description =>
        "Multiple choice, last-word prediction, perplexity and recall-intensive generation on published data sets, with prompts, few-shot sampling and scores "
        + "equal to lm-evaluation-harness's. Data comes from a folder in the Hugging Face layout; source: examples takes a few documents that come along.";

    /// <inheritdoc/>
    public string Source => "Task definitions after EleutherAI/lm-evaluation-harness and HazyResearch/prefix-linear-attention; each data set has its own licence.";

    /// <inheritdoc/>
    public TrainingNeed Training => TrainingNeed.None;

    /// <inheritdoc/>
    public IReadOnlyList<TaskDescription> Tasks =>
    [
        .. catalogue.Tasks.Select(task => Describe(task.Name, $"{task.Title} ({task.Text("licence") ?? "licence unknown"})", task.DatasetPath)),
        .. catalogue.Groups.Select(group => Describe(group.Name, $"{group.Tasks.Count} tasks together", catalogue.Get(group.Tasks[0]).DatasetPath)),
    ];

    /// <inheritdoc/>
    public ICase CreateCase(CaseSpecification specification)
    {
        var tasks = catalogue.FindGroup(specification.TaskId) is { } group
            ? group.Tasks.Select(catalogue.Get).ToList()
            : [catalogue.Get(specification.TaskId)];
        var options = new CaseOptions($"suite '{Id}', task '{specification.TaskId}'", Parameters, specification.Parameters);
        var newTokens = options.Value<string>(NewTokensParameter);
        var isNumber = int.TryParse(newTokens, NumberStyles.None, CultureInfo.InvariantCulture, out var most) && most > 0;
        options.Require(newTokens == TasksOwn || isNumber, $"{NewTokensParameter} is '{newTokens}'; expected a whole number of at least 1, or '{TasksOwn}' for the task's own.", NewTokensParameter);
        options.ThrowIfFaulty();
        return new BenchmarkCase(this, specification.TaskId, isNumber ? [.. tasks.Select(task => task.WithMaximumNewTokens(most))] : tasks, options);
    }

    private static TaskDescription Describe(string name, string title, string datasetId) =>
        new(name, title, Parameters.ToDictionary(parameter => parameter.Name, parameter => parameter.DefaultText), [datasetId]);
}
