using LT2.Eval.Tasks.Contracts;
using LT2.Eval.Tasks.TextTasks.Definitions;
using LT2.Eval.Tasks.TextTasks.Functions;
using LT2.Eval.Tasks.TextTasks.Prompts;
using LT2.Eval.Tasks.TextTasks.Python;

namespace LT2.Eval.Tasks.TextTasks.Scoring;

/// <summary>
/// Metrics again, from given responses. A line holds, for multiple choice, <c>choices</c>, <c>gold</c>, <c>loglikelihoods</c>,
/// <c>is_greedy</c>, <c>unconditional_loglikelihoods</c> (<c>labels</c> for truthfulqa_mc2); for one continuation
/// <c>loglikelihoods</c> and <c>is_greedy</c> of length 1; for perplexities <c>loglikelihoods</c> with <c>page</c>, or <c>words</c> and
/// <c>bytes</c>; for generation <c>generation</c> with <c>doc</c>, or <c>targets</c>.
/// </summary>
public static class Rescorer
{
    /// <summary>Resamples for standard errors of perplexities, as the reference has by default.</summary>
    public const int DefaultBootstrapIterations = 100_000;

    /// <summary>The metrics of a file of responses.</summary>
    /// <exception cref="TaskException">Unknown task, unreadable file, or a line that lacks a field.</exception>
    public static RescoredTask Rescore(
        string taskId, string responsesPath, int bootstrapIterations = DefaultBootstrapIterations, TaskCatalogue? catalogue = null) =>
        Rescore((catalogue ?? TaskCatalogue.BuiltIn).Get(taskId), PythonJson.ReadLines(responsesPath), bootstrapIterations);

    /// <summary>The metrics of lines in memory.</summary>
    public static RescoredTask Rescore(TaskDefinition task, IReadOnlyList<IReadOnlyDictionary<string, object?>> lines, int bootstrapIterations)
    {
        if (lines.Count == 0)
        {
            throw new TaskException($"task '{task.Name}': there are no responses to score.");
        }

        var scores = new List<OrderedDictionary<string, object?>>();
        var problems = new List<string>();
        for (var i = 0; i < lines.Count; i++)
        {
            try
            {
                scores.Add(ScoreLine(task, lines[i]));
            }
            catch (TaskException exception)
            {
                problems.AddRange(exception.Problems.Select(problem => $"response {i + 1}: {problem}"));
            }
        }

        if (problems.Count > 0)
        {
            throw new TaskException(problems);
        }

        var metrics = new OrderedDictionary<string, object?>();
        foreach (var name in scores[0].Keys.Where(name => scores.All(score => score.ContainsKey(name))))
        {
            var entry = task.Metrics.FirstOrDefault(metric => metric.Metric == name)
                ?? new MetricEntry(name, new Dictionary<string, object?>());
            var values = scores.Select(score => score[name]).ToList();
            metrics[name] = Aggregation.Aggregate(entry.Aggregation, values);
            metrics[name + "_stderr"] = Aggregation.StandardError(entry.Aggregation, values, bootstrapIterations) is { } error ? error : "N/A";
        }

        return new RescoredTask(task.Name, metrics);
    }

    private static OrderedDictionary<string, object?> ScoreLine(TaskDefinition task, IReadOnlyDictionary<string, object?> line)
    {
        var scorer = new DocumentScorer(task);
        if (task.OutputType == OutputType.GenerateUntil)
        {
            return ScoreGeneration(task, scorer, line);
        }

        var logLikelihoods = Numbers(line.ContainsKey("loglikelihood") ? [line.Get("loglikelihood")] : line.List("loglikelihoods"));
        var isGreedy = Flags(line.GetValueOrDefault("is_greedy"));
        switch (task.OutputType)
        {
            case OutputType.LogLikelihood:
                return scorer.Score(new PreparedDocument(line, string.Empty, null, null, null), [new TextResponse(logLikelihoods[0], isGreedy.Count > 0 && isGreedy[0])]);
            case OutputType.LogLikelihoodRolling when line.ContainsKey("words"):
                return scorer.Perplexities(logLikelihoods[0], (int)(long)line.Get("words")!, (int)(long)line.Get("bytes")!);
            case OutputType.LogLikelihoodRolling:
                return scorer.Score(new PreparedDocument(line, string.Empty, null, null, null), [new TextResponse(logLikelihoods[0], false)]);
        }

        if (task.ScoringFunction == "truthfulqa.mc2")
        {
            var labels = line.TryGetValue("labels", out var given) ? given : line.Get("gold");
            return new()
            {
                ["acc"] = DocumentScorer.TruthfulQaTruth(logLikelihoods, labels as IReadOnlyList<object?> ?? throw new TaskException("'labels' must be a list of 1 and 0.")),
            };
        }

        return ScoreChoices(task, line, logLikelihoods, isGreedy);
    }

    private static OrderedDictionary<string, object?> ScoreChoices(
        TaskDefinition task, IReadOnlyDictionary<string, object?> line, double[] logLikelihoods, IReadOnlyList<bool> isGreedy)
    {
        var choices = line.Texts("choices");
        var gold = line.Get("gold") is long index ? (int)index : throw new TaskException($"'gold' is {PythonFormat.Repr(line.Get("gold"))}; an index is needed.");
        var unconditional = line.GetValueOrDefault("unconditional_loglikelihoods") is IReadOnlyList<object?> list ? Numbers(list) : null;
        var lengths = new[] { logLikelihoods.Length, unconditional?.Length ?? choices.Count, isGreedy.Count > 0 ? isGreedy.Count : choices.Count };
        if (lengths.Any(length => length != choices.Count) || gold >= choices.Count)
        {
            throw new TaskException($"{choices.Count} choices, gold {gold}, {logLikelihoods.Length} loglikelihoods, {isGreedy.Count} is_greedy do not fit together.");
        }

        // Beyond the task's own metrics: whatever the same lines allow.
        var result = new OrderedDictionary<string, object?>();
        foreach (var metric in task.Metrics.Select(metric => metric.Metric).Concat(DocumentScorer.MetricNames(OutputType.MultipleChoice)).Distinct())
        {
            if (DocumentScorer.Choice(metric, choices, gold, logLikelihoods, isGreedy, unconditional) is { } value)
            {
                result[metric] = value;
            }
        }

        return result;
    }

    private static OrderedDictionary<string, object?> ScoreGeneration(TaskDefinition task, DocumentScorer scorer, IReadOnlyDictionary<string, object?> line)
    {
        var text = line.Text("generation");
        if (line.GetValueOrDefault("doc") is IReadOnlyDictionary<string, object?> columns)
        {
            var reader = new DocumentReader(task);
            return scorer.Score(reader.Read(reader.Process(columns)), [new TextResponse(0, false, text)]);
        }

        var targets = line.Texts("targets").Select(target => (object?)target).ToList();
        var document = new PreparedDocument(
            new Dictionary<string, object?> { ["answers"] = targets.Select(target => (object?)new List<object?> { target }).ToList() }, string.Empty, null, null, targets);
        return scorer.Score(document, [new TextResponse(0, false, text)]);
    }

    private static double[] Numbers(IReadOnlyList<object?> values) => [.. values.Select(value => value is double or long
        ? Convert.ToDouble(value, System.Globalization.CultureInfo.InvariantCulture)
        : throw new TaskException($"{PythonFormat.Repr(value)} is no log-likelihood."))];

    private static IReadOnlyList<bool> Flags(object? value) => value switch
    {
        bool one => [one],
        IReadOnlyList<object?> list => [.. list.Select(item => item is true)],
        _ => [],
    };
}
