using LT2.Eval.Tasks.Generators;

namespace LT2.Eval.Tasks.Recall;

/// <summary>Copying of a block, and of tokens scattered among blanks, after MAD.</summary>
public sealed class CopyingSuite : GeneratedSuite
{
    /// <inheritdoc/>
    public override string Id => "copying";

    /// <inheritdoc/>
    public override int Version => 1;

    /// <inheritdoc/>
    public override string Description =>
        "Data tokens, blanks, a copy token, then as many blanks as there were data tokens: at each of them the model must name the data in order. "
        + "In selective copying the blanks stand at uniformly random places among the data.";

    /// <inheritdoc/>
    public override string Source => "Poli et al., arXiv 2403.17844, and Arjovsky et al., arXiv 1511.06464 (tasks); generated here";

    /// <inheritdoc/>
    protected override IReadOnlyList<GeneratedTask> GeneratedTasks { get; } =
    [
        new("selective-copying", "Copy the data tokens, skip the blanks among them", Parameters, Check, options => Create(options, isSelective: true)),
        new("copying", "Copy a block after a pause", Parameters, Check, options => Create(options, isSelective: false)),
    ];

    private static IReadOnlyList<ParameterDefinition> Parameters =>
    [
        new IntegerParameter("length", 256, 3, 131_072),
        new IntegerParameter("tokens", 16, 1, 65_535),
        new IntegerParameter("vocabulary", 16, 4, 65_536),
    ];

    private static CopyingGenerator Create(CaseOptions options, bool isSelective) =>
        new(options.Integer("length"), options.Integer("tokens"), options.Integer("vocabulary"), isSelective);

    private static void Check(CaseOptions options) => options.Require(
        options.Integer("length") >= 2L * options.Integer("tokens") + 1,
        $"{options.Integer("tokens")} tokens, their copy and the copy token need a length of {2L * options.Integer("tokens") + 1}; "
            + $"it is {options.Integer("length")}.",
        "length", "tokens");
}
