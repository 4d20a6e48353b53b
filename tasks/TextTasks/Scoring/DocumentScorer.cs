using LT2.Eval.Tasks.Contracts;
using LT2.Eval.Tasks.MultipleChoice;
using LT2.Eval.Tasks.TextTasks.Definitions;
using LT2.Eval.Tasks.TextTasks.Functions;
using LT2.Eval.Tasks.TextTasks.Prompts;
using LT2.Eval.Tasks.TextTasks.Python;

namespace LT2.Eval.Tasks.TextTasks.Scoring;

/// <summary>
/// The metrics of one document from its responses, as the reference harness logs them: a number, a list of log-likelihood and weight
/// for perplexities, or a list of gold and probabilities for the Brier score.
/// </summary>
/// <param name="task">The task.</param>
public sealed class DocumentScorer(TaskDefinition task)
{
    /// <summary>The metrics there are for a kind of request.</summary>
    public static IReadOnlyList<string> MetricNames(OutputType outputType) => outputType switch
    {
        OutputType.LogLikelihood => ["perplexity", "acc"],
        OutputType.LogLikelihoodRolling => ["word_perplexity", "byte_perplexity", "bits_per_byte"],
        OutputType.GenerateUntil => ["exact_match", "contains", "f1"],
        _ => ["acc", "acc_norm", "acc_bytes", "exact_match", "acc_mutual_info", "brier_score"],
    };

    /// <summary>Metric name to value, in the order of the task's list.</summary>
    public OrderedDictionary<string, object?> Score(PreparedDocument document, IReadOnlyList<TextResponse> responses)
    {
        switch (task.ScoringFunction)
        {
            case "truthfulqa.mc2":
                return new() { ["acc"] = TruthfulQaTruth([.. responses.Select(response => response.LogLikelihood)], document.Columns.Map("mc2_targets").List("labels")) };
            case "wikitext.perplexities":
                var page = document.Columns.Text("page");
                return Perplexities(responses[0].LogLikelihood, PythonText.SplitOnBlanks(page).Count, PythonText.ByteCount(page));
            case "drop.em_f1":
                var (exactMatch, f1) = Drop.Score(Filtered(responses[0]), [.. document.Columns.List("answers").Select(answer => (IReadOnlyList<string>)[.. ((IReadOnlyList<object?>)answer!).Select(PythonFormat.Str)])]);
                return new() { ["em"] = exactMatch, ["f1"] = f1 };
            case "contains":
                return new() { ["contains"] = GeneratedText.Contains(Filtered(responses[0]), References(document)) ? 1L : 0L };
        }

        return task.OutputType switch
        {
            OutputType.LogLikelihood => Select(name => name switch
            {
                "perplexity" => responses[0].LogLikelihood,
                "acc" => (object)(responses[0].IsGreedy ? 1L : 0L),
                _ => throw Unknown(name),
            }),
            OutputType.LogLikelihoodRolling => Perplexities(
                responses[0].LogLikelihood, PythonText.SplitOnBlanks(PythonFormat.Str(document.Target)).Count, PythonText.ByteCount(PythonFormat.Str(document.Target))),
            OutputType.GenerateUntil => Select(name => Generated(name, Filtered(responses[0]), References(document))),
            _ => ScoreChoices(
                document.Choices!,
                document.GoldIndex,
                [.. responses.Take(document.Choices!.Count).Select(response => response.LogLikelihood)],
                [.. responses.Take(document.Choices!.Count).Select(response => response.IsGreedy)],
                responses.Count > document.Choices!.Count ? [.. responses.Skip(document.Choices!.Count).Select(response => response.LogLikelihood)] : null),
        };
    }

    /// <summary>The task's multiple-choice metrics.</summary>
    public OrderedDictionary<string, object?> ScoreChoices(
        IReadOnlyList<string> choices,
        int gold,
        IReadOnlyList<double> logLikelihoods,
        IReadOnlyList<bool> isGreedy,
        IReadOnlyList<double>? unconditional) => Select(name => Choice(name, choices, gold, logLikelihoods, isGreedy, unconditional) ?? throw Unknown(name));

    /// <summary>One multiple-choice metric; null if its name is unknown or what it needs is not there.</summary>
    public static object? Choice(
        string metric,
        IReadOnlyList<string> choices,
        int gold,
        IReadOnlyList<double> logLikelihoods,
        IReadOnlyList<bool> isGreedy,
        IReadOnlyList<double>? unconditional) => metric switch
        {
            "acc" => MultipleChoiceScoring.Accuracy(logLikelihoods, gold),
            "acc_norm" => MultipleChoiceScoring.AccuracyPerCodePoint(logLikelihoods, choices, gold),
            "acc_bytes" => MultipleChoiceScoring.AccuracyPerByte(logLikelihoods, choices, gold),
            "exact_match" when isGreedy.Count > 0 => gold >= 0 && isGreedy[gold] ? 1L : 0L,
            "acc_mutual_info" when unconditional is not null => MultipleChoiceScoring.AccuracyOfMutualInformation(logLikelihoods, unconditional, gold),
            "brier_score" => new List<object?> { (long)gold, MultipleChoiceScoring.Softmax(logLikelihoods).Select(value => (object?)value).ToList() },
            _ => null,
        };

    /// <summary>truthfulqa_mc2: the share of probability on true choices, which stand before the first false one.</summary>
    public static double TruthfulQaTruth(IReadOnlyList<double> logLikelihoods, IReadOnlyList<object?> labels)
    {
        var firstFalse = labels.ToList().FindIndex(label => label is 0L);
        var split = firstFalse < 0 ? labels.Count : firstFalse;
        var probabilities = logLikelihoods.Select(Math.Exp).ToList();
        var total = probabilities.Take(split).Sum() + probabilities.Skip(split).Sum();
        return probabilities.Take(split).Select(probability => probability / total).Sum();
    }

    /// <summary>Log-likelihood with words or bytes, for the metrics of the task.</summary>
    public OrderedDictionary<string, object?> Perplexities(double logLikelihood, int words, int bytes) => Select(name => name switch
    {
        "word_perplexity" => new List<object?> { logLikelihood, (long)words },
        "byte_perplexity" or "bits_per_byte" => new List<object?> { logLikelihood, (long)bytes },
        _ => throw Unknown(name),
    });

    /// <summary>The reference answers of a generation task.</summary>
    public static IReadOnlyList<string> References(PreparedDocument document) =>
        document.Target is not string && document.Target is IReadOnlyList<object?> list ? [.. list.Select(PythonFormat.Str)] : [PythonFormat.Str(document.Target)];

    /// <summary>One metric of generated text.</summary>
    public object Generated(string metric, string text, IReadOnlyList<string> references) => metric switch
    {
        "exact_match" => GeneratedText.ExactMatch(text, references, task.Metrics.First(entry => entry.Metric == metric)) ? 1.0 : 0.0,
        "contains" => (object)(GeneratedText.Contains(text, references) ? 1L : 0L),
        "f1" => GeneratedText.F1(text, references),
        _ => throw Unknown(metric),
    };

    private string Filtered(TextResponse response) => GeneratedText.Filter(response.Text ?? string.Empty, task.FilterFunctions);

    private OrderedDictionary<string, object?> Select(Func<string, object> value)
    {
        var result = new OrderedDictionary<string, object?>();
        foreach (var metric in task.Metrics)
        {
            result[metric.Metric] = value(metric.Metric);
        }

        return result;
    }

    private TaskException Unknown(string metric) =>
        new($"{task.Place}: the metric '{metric}' is not known for {task.OutputType} tasks.");
}
