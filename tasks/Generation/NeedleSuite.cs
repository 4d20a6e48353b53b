using LT2.Eval.Tasks.Contracts;
using LT2.Eval.Tasks.Generators;
using LT2.Eval.Tasks.TextTasks;

namespace LT2.Eval.Tasks.Generation;

/// <summary>Needles in a haystack, in RULER's form (Hsieh et al., COLM 2024), over real text.</summary>
public sealed class NeedleSuite : TextSuite
{
    internal const string SuiteId = "needle";
    internal const int SuiteVersion = 2;

    /// <inheritdoc/>
    public override string Id => SuiteId;

    /// <inheritdoc/>
    public override int Version => SuiteVersion;

    /// <inheritdoc/>
    public override string Description =>
        "A sentence with a number or UUID is hidden in a long text and asked for at the end: RULER's eight needle tasks. Prompts fill the target length, counted "
        + "with the case's tokenizer, less 128 tokens for the answer. RULER's own essays are third-party text, so scores with these texts are not comparable with its.";

    /// <inheritdoc/>
    public override string Source => "Form: NVIDIA/RULER and EleutherAI/lm-evaluation-harness. Words: ours. Text: a data set of the catalogue, or a file of the user's.";

    /// <inheritdoc/>
    public override TrainingNeed Training => TrainingNeed.None;

    /// <inheritdoc/>
    protected override IReadOnlyList<TextTaskDefinition> Definitions { get; } =
    [
        .. NeedleTask.All.Select(task => new TextTaskDefinition(
            task.Id,
            $"Haystack: {task.Haystack}; key: {task.Key}; value: {task.Value}; needles: {task.Keys * task.ValuesPerKey}".ToLowerInvariant(),
            [
                new IntegerParameter("documents", 500, 1, 1_000_000),
                new IntegerParameter("seed", 0, 0, int.MaxValue),
                new IntegerParameter("length", 2048, 1, 10_000_000),
                new TextParameter("tokenizer", "byte", "a tokenizer's name or file"),
                new TextParameter("haystack", "austen", "a data set of plain text, or a text file"),
            ],
            task.Haystack == Haystack.Essay ? ["austen"] : [],
            options => new NeedleCase(task, options))),
    ];
}
