using LT2.Eval.Tasks.Generators;

namespace LT2.Eval.Tasks.Recall;

/// <summary>In-context recall and its noisy form, after the mechanistic design benchmark (MAD).</summary>
public sealed class InContextRecallSuite : GeneratedSuite
{
    /// <inheritdoc/>
    public override string Id => "in-context-recall";

    /// <inheritdoc/>
    public override int Version => 1;

    /// <inheritdoc/>
    public override string Description =>
        "Key-value pairs whose keys come again with the same value; at every repeated key, and at the final one, the model must name the value. "
        + "In the noisy task pairs of noise tokens stand between them. acc_last is the final key alone.";

    /// <inheritdoc/>
    public override string Source => "Poli et al., Mechanistic Design and Scaling of Hybrid Architectures, arXiv 2403.17844 (task); generated here";

    /// <inheritdoc/>
    protected override IReadOnlyList<GeneratedTask> GeneratedTasks { get; } =
    [
        new("in-context-recall", "Recall of values by repeated keys",
            [.. Parameters],
            CheckPairs,
            options => new InContextRecallGenerator(
                options.Integer("length"), options.Integer("vocabulary"), 0, 0, options.Choice("trainingLabels") == "next-token")),
        new("noisy-recall", "The same among noise tokens",
            [.. Parameters, new IntegerParameter("noiseVocabulary", 16, 1, 65_536), new DecimalParameter("noise", "0.2", 0, 0.99m)],
            CheckPairs,
            options => new InContextRecallGenerator(
                options.Integer("length"), options.Integer("vocabulary"), options.Integer("noiseVocabulary"), options.Decimal("noise"),
                options.Choice("trainingLabels") == "next-token")),
    ];

    private static IReadOnlyList<ParameterDefinition> Parameters =>
    [
        new IntegerParameter("length", 128, 4, 131_072),
        new IntegerParameter("vocabulary", 16, 4, 65_536),
        new ChoiceParameter("trainingLabels", "probed", ["probed", "next-token"]),
    ];

    private static void CheckPairs(CaseOptions options)
    {
        options.Require(options.Integer("length") % 2 == 0, $"length is {options.Integer("length")}; it must be even, since pairs take two tokens.", "length");
        options.Require(options.Integer("vocabulary") % 2 == 0,
            $"vocabulary is {options.Integer("vocabulary")}; it must be even: half for keys, half for values.", "vocabulary");
    }
}
