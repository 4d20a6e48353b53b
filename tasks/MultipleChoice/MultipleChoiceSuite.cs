using LT2.Eval.Tasks.Contracts;
using LT2.Eval.Tasks.Data;
using LT2.Eval.Tasks.Generators;
using LT2.Eval.Tasks.TextTasks;

namespace LT2.Eval.Tasks.MultipleChoice;

/// <summary>Multiple choice built from real text, scored by log-likelihood.</summary>
public sealed class MultipleChoiceSuite : TextSuite, ICorpusSuite
{
    internal const string SuiteId = "multiple-choice";
    internal const int SuiteVersion = 1;

    /// <inheritdoc/>
    public override string Id => SuiteId;

    /// <inheritdoc/>
    public override int Version => SuiteVersion;

    /// <inheritdoc/>
    public override string Description =>
        "Four choices, one right, by log-likelihood. austen-endings: which of four sentences follows a passage of a held-out novel, the others taken from other "
        + "chapters of it. wordnet-definitions: which of four words of one topic and similar frequency a definition belongs to.";

    /// <inheritdoc/>
    public override string Source => "Jane Austen's novels (public domain) and WordNet 3.0 (its own licence), from Debian packages.";

    /// <inheritdoc/>
    public override TrainingNeed Training => TrainingNeed.Corpus;

    /// <inheritdoc/>
    protected override IReadOnlyList<TextTaskDefinition> Definitions { get; } =
    [
        new(
            AustenEndingsCase.Id,
            "Which of four sentences follows a passage of a held-out novel",
            [
                new IntegerParameter("documents", DefaultDocuments, 1, 1_000_000),
                new IntegerParameter("seed", 0, 0, int.MaxValue),
                new IntegerParameter("contextCharacters", 256, 32, 100_000),
            ],
            [AustenLibrary.DatasetId],
            options => new AustenEndingsCase(options)),
        new(
            WordNetDefinitionsCase.Id,
            "Which of four words a WordNet definition belongs to",
            [new IntegerParameter("documents", DefaultDocuments, 1, 1_000_000), new IntegerParameter("seed", 0, 0, int.MaxValue)],
            [AustenLibrary.DatasetId, WordNet.DatasetId],
            options => new WordNetDefinitionsCase(options)),
    ];

    /// <inheritdoc/>
    public IReadOnlyList<CorpusDocument> LoadTrainingDocuments(ICase trainingCase, IDataLocator data) => AustenLibrary.ReadTrainingDocuments(data);

    /// <inheritdoc/>
    public string GetCorpusId(ICase trainingCase) => AustenLibrary.DatasetId;
}
