using LT2.Eval.Tasks.Contracts;
using LT2.Eval.Tasks.Generators;
using LT2.Eval.Tasks.TextTasks;

namespace LT2.Eval.Tasks.StateTracking;

/// <summary>Permutation composition in words, for models with a tokenizer.</summary>
public sealed class PermutationTextSuite : TextSuite, ICorpusSuite
{
    internal const string SuiteId = "permutation-text";
    internal const int SuiteVersion = 1;

    /// <inheritdoc/>
    public override string Id => SuiteId;

    /// <inheritdoc/>
    public override int Version => SuiteVersion;

    /// <inheritdoc/>
    public override string Description =>
        "Boxes with things in them, moves in plain English, then: what does this box hold? The things are the choices, scored by log-likelihood. "
        + "Naming what the box held first is right on the unmoved slice alone: read the moved slice.";

    /// <inheritdoc/>
    public override string Source => "Our own wording of the permutation word problem (Merrill, Petty and Sabharwal, arXiv 2404.08819); generated here";

    /// <inheritdoc/>
    public override TrainingNeed Training => TrainingNeed.Corpus;

    /// <inheritdoc/>
    protected override IReadOnlyList<TextTaskDefinition> Definitions { get; } =
    [
        new(
            SuiteId,
            "Which thing a box holds after swaps or reorderings told in text",
            [
                new IntegerParameter("documents", DefaultDocuments, 1, 1_000_000),
                new IntegerParameter("seed", 0, 0, int.MaxValue),
                new IntegerParameter("boxes", 5, 2, PermutationTextCase.Things.Count),
                new IntegerParameter("moves", 4, 0, 4_096),
                new ChoiceParameter("move", "swap", ["swap", "reorder"]),
                new IntegerParameter("trainingMoves", "moves", 0, 4_096),
                new IntegerParameter("trainingDocuments", 20_000, 1, 10_000_000),
            ],
            [],
            options => new PermutationTextCase(options)),
    ];

    /// <inheritdoc/>
    public IReadOnlyList<CorpusDocument> LoadTrainingDocuments(ICase trainingCase, IDataLocator data) =>
        ((PermutationTextCase)trainingCase).CreateTrainingDocuments();

    /// <inheritdoc/>
    public string GetCorpusId(ICase trainingCase) => ((PermutationTextCase)trainingCase).CorpusId;
}
