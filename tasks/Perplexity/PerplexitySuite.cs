using LT2.Eval.Tasks.Contracts;
using LT2.Eval.Tasks.Data;
using LT2.Eval.Tasks.Generators;
using LT2.Eval.Tasks.TextTasks;

namespace LT2.Eval.Tasks.Perplexity;

/// <summary>How well a model predicts prose it never saw, after training on other books of the same author.</summary>
public sealed class PerplexitySuite : TextSuite, ICorpusSuite
{
    /// <inheritdoc/>
    public override string Id => "perplexity";

    /// <inheritdoc/>
    public override int Version => 1;

    /// <inheritdoc/>
    public override string Description =>
        "Bits per byte, byte and word perplexity on two novels of Jane Austen (Persuasion, Northanger Abbey) by a model trained on four others. "
        + "Documents are pieces of chapters, cut at line ends; standard errors cluster by chapter.";

    /// <inheritdoc/>
    public override string Source => "Novels in the public domain, from the Debian package r-cran-janeaustenr.";

    /// <inheritdoc/>
    public override TrainingNeed Training => TrainingNeed.Corpus;

    /// <inheritdoc/>
    protected override IReadOnlyList<TextTaskDefinition> Definitions { get; } =
    [
        new(
            "austen",
            "Jane Austen's novels: four to train on, two held out",
            [
                new IntegerParameter("documents", DefaultDocuments, 1, 1_000_000),
                new IntegerParameter("pieceCharacters", 1024, 64, 1_000_000),
                new ChoiceParameter("novel", "both", ["both", .. AustenLibrary.HeldOutNovels]),
            ],
            [AustenLibrary.DatasetId],
            options => new AustenPerplexityCase(options)),
        new(
            LibraryPerplexityCase.Id,
            "Plain texts of the data catalogue, the last twentieth of each held out",
            [
                new IntegerParameter("documents", DefaultDocuments, 1, 1_000_000),
                new IntegerParameter("pieceCharacters", 1024, 64, 1_000_000),
                new TextParameter("datasets", "kjv", "data sets of plain text, joined by +, such as gcide+perl-doc"),
            ],
            ["kjv"],
            options => new LibraryPerplexityCase(options)),
    ];

    /// <inheritdoc/>
    public IReadOnlyList<CorpusDocument> LoadTrainingDocuments(ICase trainingCase, IDataLocator data) =>
        trainingCase is LibraryPerplexityCase library ? library.ReadTrainingDocuments(data) : AustenLibrary.ReadTrainingDocuments(data);

    /// <inheritdoc/>
    public string GetCorpusId(ICase trainingCase) => trainingCase is LibraryPerplexityCase library ? library.CorpusId : AustenLibrary.DatasetId;
}
