using LT2.Eval.Tasks.Contracts;

namespace LT2.Eval.Tasks.MultipleChoice;

/// <summary>A multiple-choice case whose items are built from real text: context, four choices, one of them right.</summary>
public abstract class MultipleChoiceItemCase : ITextCase
{
    /// <summary>Number of choices of an item.</summary>
    public const int ChoiceCount = 4;

    private const string ContextField = "context", ChoicesField = "choices", GoldField = "gold", Delimiter = " ";

    /// <inheritdoc/>
    public string SuiteId => MultipleChoiceSuite.SuiteId;

    /// <inheritdoc/>
    public int SuiteVersion => MultipleChoiceSuite.SuiteVersion;

    /// <inheritdoc/>
    public abstract string TaskId { get; }

    /// <inheritdoc/>
    public abstract IReadOnlyDictionary<string, string> Parameters { get; }

    /// <inheritdoc/>
    public IReadOnlyList<MetricDefinition> Metrics { get; } =
    [
        new("acc", MetricDirection.HigherIsBetter, MetricKind.Binary, "1", 0.02, 1.0 / ChoiceCount),
        new("acc_norm", MetricDirection.HigherIsBetter, MetricKind.Binary, "1", 0.02, 1.0 / ChoiceCount),
    ];

    /// <inheritdoc/>
    public int Shots => 0;

    /// <inheritdoc/>
    public abstract IReadOnlyList<TextDocument> LoadDocuments(IDataLocator data);

    /// <inheritdoc/>
    public IReadOnlyList<TextRequest> CreateRequests(TextDocument document) =>
        [.. Choices(document).Select(choice => new LogLikelihoodRequest((string)document.Fields[ContextField]!, Delimiter + choice))];

    /// <inheritdoc/>
    public SampleScore Score(TextDocument document, IReadOnlyList<TextResponse> responses)
    {
        var choices = Choices(document);
        var gold = (int)document.Fields[GoldField]!;
        double[] logLikelihoods = [.. responses.Select(response => response.LogLikelihood)];
        return new SampleScore(
            document.Id,
            document.ClusterId,
            [
                new MetricContribution("acc", MultipleChoiceScoring.Accuracy(logLikelihoods, gold), 1),
                new MetricContribution("acc_norm", MultipleChoiceScoring.AccuracyPerCodePoint(logLikelihoods, choices, gold), 1),
            ],
            choices[MultipleChoiceScoring.IndexOfLargest(logLikelihoods)],
            choices[gold]);
    }

    /// <summary>An item as a document.</summary>
    protected static TextDocument CreateDocument(string id, string? clusterId, string context, IReadOnlyList<string> choices, int gold) =>
        new(id, clusterId, new Dictionary<string, object?> { [ContextField] = context, [ChoicesField] = choices, [GoldField] = gold });

    private static IReadOnlyList<string> Choices(TextDocument document) => (IReadOnlyList<string>)document.Fields[ChoicesField]!;
}
