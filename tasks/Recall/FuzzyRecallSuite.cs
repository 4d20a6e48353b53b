using LT2.Eval.Tasks.Generators;

namespace LT2.Eval.Tasks.Recall;

/// <summary>In-context recall where keys and values are several tokens long, after MAD.</summary>
public sealed class FuzzyRecallSuite : GeneratedSuite
{
    /// <inheritdoc/>
    public override string Id => "fuzzy-recall";

    /// <inheritdoc/>
    public override int Version => 1;

    /// <inheritdoc/>
    public override string Description =>
        "In-context recall with keys and values of one to several adjacent tokens; validation and test keys always have the full length. "
        + "Every token of a repeated key's value is asked. A sample uses a few distinct keys, so that they repeat: a choice of ours.";

    /// <inheritdoc/>
    public override string Source => "Poli et al., arXiv 2403.17844 (task); generated here";

    /// <inheritdoc/>
    protected override IReadOnlyList<GeneratedTask> GeneratedTasks { get; } =
    [
        new("fuzzy-recall", "Recall with keys and values of several tokens",
            [
                new IntegerParameter("length", 128, 4, 131_072),
                new IntegerParameter("vocabulary", 16, 5, 65_536),
                new IntegerParameter("keys", 8, 1, 4_096),
                new IntegerParameter("maximumKeyLength", 3, 1, 16),
                new IntegerParameter("maximumValueLength", 3, 1, 16),
                new ChoiceParameter("trainingLabels", "probed", ["probed", "next-token"]),
            ],
            Check,
            options => new FuzzyRecallGenerator(
                options.Integer("length"), options.Integer("vocabulary"), options.Integer("keys"), options.Integer("maximumKeyLength"),
                options.Integer("maximumValueLength"), options.Choice("trainingLabels") == "next-token")),
    ];

    private static void Check(CaseOptions options)
    {
        int keyLength = options.Integer("maximumKeyLength"), valueLength = options.Integer("maximumValueLength");
        int tokens = (options.Integer("vocabulary") - 1) / 2, shortest = 2 * (keyLength + valueLength);
        options.Require(options.Integer("length") >= shortest,
            $"length is {options.Integer("length")}; a pair and its repetition need {shortest}.", "length", "maximumKeyLength", "maximumValueLength");
        options.Require(Math.Max(keyLength, valueLength) <= tokens,
            $"a vocabulary of {options.Integer("vocabulary")} has {tokens} tokens for keys and as many for values; maximumKeyLength {keyLength} and "
            + $"maximumValueLength {valueLength} cannot exceed that.", "vocabulary", "maximumKeyLength", "maximumValueLength");
        long motifs = 1;
        for (int i = 0; i < keyLength && motifs < int.MaxValue; i++) motifs *= Math.Max(0, tokens - i);
        options.Require(2L * options.Integer("keys") <= motifs,
            $"there are {motifs} keys of {keyLength} tokens out of {tokens}; keys is {options.Integer("keys")}, "
            + "and at most half of them may be used in a sample.",
            "keys", "vocabulary", "maximumKeyLength");
    }
}
