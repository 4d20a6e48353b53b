using System.Collections.Immutable;
using System.Globalization;
using LT2.Eval.Tasks.Contracts;
using LT2.Eval.Tasks.Data.Tables;
using LT2.Eval.Tasks.Generators;
using LT2.Eval.Tasks.TextTasks.Definitions;
using LT2.Eval.Tasks.TextTasks.Export;
using LT2.Eval.Tasks.TextTasks.Prompts;
using LT2.Eval.Tasks.TextTasks.Python;
using LT2.Eval.Tasks.TextTasks.Scoring;

namespace LT2.Eval.Tasks.TextTasks;

/// <summary>A text task, or a group of tasks as one (each task a slice), as a case of the suite.</summary>
public sealed class BenchmarkCase : ITextCase
{
    // Columns keep their names; what the case adds begins with a sign that no column name has.
    private const string PrefixField = "\u0001prefix", TaskField = "\u0001task";

    private readonly ISuite suite;
    private readonly IReadOnlyList<TaskDefinition> tasks;
    private readonly Dictionary<string, (TaskDefinition Task, DocumentReader Reader, PromptBuilder Builder, DocumentScorer Scorer)> tools;
    private readonly int documents;
    private readonly int askedShots;
    private readonly bool usesExamples;

    internal BenchmarkCase(ISuite suite, string taskId, IReadOnlyList<TaskDefinition> tasks, CaseOptions options)
    {
        this.suite = suite;
        this.tasks = tasks;
        tools = tasks.ToDictionary(task => task.Name, task => (task, new DocumentReader(task), new PromptBuilder(task), new DocumentScorer(task)));
        TaskId = taskId;
        documents = options.Integer("documents");
        askedShots = options.Integer("shots");
        usesExamples = options.Choice("source") == "examples";
        var parameters = new SortedDictionary<string, string>(options.Canonical.ToDictionary(), StringComparer.Ordinal)
        {
            ["shots"] = Shots.ToString(CultureInfo.InvariantCulture),
            ["taskVersion"] = PythonFormat.Str(tasks[0].Version),
        };
        if (parameters[BenchmarkSuite.NewTokensParameter] == BenchmarkSuite.TasksOwn)
        {
            parameters.Remove(BenchmarkSuite.NewTokensParameter); // what the task states needs no mention, and keeps the series of before
        }

        Parameters = parameters;
    }

    /// <inheritdoc/>
    public string SuiteId => suite.Id;

    /// <inheritdoc/>
    public int SuiteVersion => suite.Version;

    /// <inheritdoc/>
    public string TaskId { get; }

    /// <inheritdoc/>
    public IReadOnlyDictionary<string, string> Parameters { get; }

    /// <inheritdoc/>
    public IReadOnlyList<MetricDefinition> Metrics =>
    [
        .. tasks[0].Metrics.Select(metric => BenchmarkMetrics.Describe(
            metric, BenchmarkMetrics.SharesChance(metric.Metric) ? tasks[0].Chance : null, tasks[0].ScoringFunction == "truthfulqa.mc2")),
    ];

    /// <inheritdoc/>
    public int Shots => tasks[0].PinnedShots ?? askedShots;

    /// <inheritdoc/>
    public IReadOnlyList<string>? DatasetIds => usesExamples ? [] : null;

    /// <inheritdoc/>
    public IReadOnlyList<TextDocument> LoadDocuments(IDataLocator data) => [.. tasks.SelectMany(task => Load(task, data))];

    /// <inheritdoc/>
    public IReadOnlyList<TextRequest> CreateRequests(TextDocument document)
    {
        var (_, reader, builder, _) = tools[(string)document.Fields[TaskField]!];
        return builder.CreateRequests((string)document.Fields[PrefixField]!, reader.Read(ColumnsOf(document)));
    }

    /// <inheritdoc/>
    public SampleScore Score(TextDocument document, IReadOnlyList<TextResponse> responses)
    {
        var (task, reader, _, scorer) = tools[(string)document.Fields[TaskField]!];
        var prepared = reader.Read(ColumnsOf(document));
        var contributions = ImmutableArray.CreateBuilder<MetricContribution>();
        foreach (var (metric, value) in scorer.Score(prepared, responses))
        {
            var (numerator, denominator) = BenchmarkMetrics.Contribution(metric, value);
            contributions.Add(new MetricContribution(metric, numerator, denominator));
            if (tasks.Count > 1)
            {
                contributions.Add(new MetricContribution(metric, numerator, denominator, task.Name));
            }
        }

        var answer = prepared.Choices is { } choices && responses.Count >= choices.Count
            ? choices[MultipleChoice.MultipleChoiceScoring.IndexOfLargest([.. responses.Take(choices.Count).Select(response => response.LogLikelihood)])]
            : responses[0].Text;
        var expected = prepared.Choices is { } known && prepared.GoldIndex >= 0 ? known[prepared.GoldIndex]
            : task.OutputType == OutputType.LogLikelihoodRolling ? null : DocumentScorer.References(prepared)[0];
        return new SampleScore(document.Id, document.ClusterId, contributions.ToImmutable(), answer, expected);
    }

    /// <summary>The columns of a document, without what the case added.</summary>
    public static IReadOnlyDictionary<string, object?> ColumnsOf(TextDocument document)
    {
        var columns = new OrderedDictionary<string, object?>();
        foreach (var (name, value) in document.Fields.Where(field => field.Key is not (PrefixField or TaskField)))
        {
            columns[name] = value;
        }

        return columns;
    }

    private IEnumerable<TextDocument> Load(TaskDefinition task, IDataLocator data)
    {
        var (rows, pool) = usesExamples ? Examples(task) : ReadSplits(task, data);
        return TaskEvaluation.ReadWithPrefixes(task, [.. rows.Take(documents)], Shots, pool).Select((pair, index) =>
        {
            var fields = new OrderedDictionary<string, object?>(pair.Document.Columns) { [PrefixField] = pair.Prefix, [TaskField] = task.Name };
            var cluster = task.ClusterColumn is { } column ? PythonFormat.Str(pair.Document.Columns.GetValueOrDefault(column)) : null;
            return new TextDocument(string.Create(CultureInfo.InvariantCulture, $"{task.Name}/{index}"), cluster, fields);
        });
    }

    private (IReadOnlyList<IReadOnlyDictionary<string, object?>> Rows, IReadOnlyList<IReadOnlyDictionary<string, object?>> Pool) ReadSplits(
        TaskDefinition task, IDataLocator data)
    {
        try
        {
            var folder = data.Locate(task.DatasetPath);
            var rows = DatasetTable.Read(folder, task.DatasetName, task.EvaluatedSplit);
            return (rows, Shots == 0 || task.FewShotSamples is not null ? [] : DatasetTable.Read(folder, task.DatasetName, task.FewShotPoolSplit));
        }
        catch (TaskException exception)
        {
            throw new TaskException([.. exception.Problems, $"To try the task '{task.Name}' on the few documents that come with it, set source: examples."]);
        }
    }

    private static (IReadOnlyList<IReadOnlyDictionary<string, object?>> Rows, IReadOnlyList<IReadOnlyDictionary<string, object?>> Pool) Examples(TaskDefinition task)
    {
        var rows = task.Examples ?? throw new TaskException($"task '{task.Name}' comes without example documents; set source: dataset.");
        return (rows, rows);
    }
}
