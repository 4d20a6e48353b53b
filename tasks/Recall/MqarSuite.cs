using LT2.Eval.Tasks.Generators;

namespace LT2.Eval.Tasks.Recall;

/// <summary>Multi-query associative recall (Arora et al., arXiv 2312.04927), as zoology generates it.</summary>
public sealed class MqarSuite : GeneratedSuite
{
    /// <inheritdoc/>
    public override string Id => "mqar";

    /// <inheritdoc/>
    public override int Version => 1;

    /// <inheritdoc/>
    public override string Description =>
        "Key-value pairs, then the keys again at power-law gaps; at each repeated key the model must name its value, which the input does not show again. "
        + "Guessing any value of the vocabulary scores 2/vocabulary, naming any value of the prefix 1/pairs.";

    /// <inheritdoc/>
    public override string Source => "Arora et al., Zoology, arXiv 2312.04927; the generator's definition is reimplemented, no data is taken";

    /// <inheritdoc/>
    protected override IReadOnlyList<GeneratedTask> GeneratedTasks { get; } =
    [
        new("mqar", "Multi-query associative recall at one length and number of pairs",
            [
                new IntegerParameter("length", 64, 4, 131_072),
                new IntegerParameter("pairs", 4, 1, 16_384),
                new IntegerParameter("vocabulary", 8_192, 4, 1_048_576),
                new DecimalParameter("power", "0.01", 0.0001m, 1),
                new IntegerParameter("passes", 1, 1, 64),
                new BooleanParameter("randomFiller", "true"),
            ],
            Check,
            options => new MqarGenerator(
                options.Integer("length"), options.Integer("pairs"), options.Integer("vocabulary"),
                options.Decimal("power"), options.Integer("passes"), options.Boolean("randomFiller"))),
    ];

    private static void Check(CaseOptions options)
    {
        int length = options.Integer("length"), pairs = options.Integer("pairs"), vocabulary = options.Integer("vocabulary");
        long needed = 2L * pairs * options.Integer("passes") + 2L * pairs;
        options.Require(length % 2 == 0, $"length is {length}; it must be even, since pairs and query slots take two tokens.", "length");
        options.Require(needed <= length,
            $"{pairs} pairs, passes {options.Integer("passes")}, need a length of at least {needed}; it is {length}. Raise length or lower pairs.",
            "length", "pairs", "passes");
        options.Require(vocabulary % 2 == 0, $"vocabulary is {vocabulary}; it must be even: half for keys, half for values.", "vocabulary");
        options.Require(pairs <= vocabulary / 2 - 1,
            $"a vocabulary of {vocabulary} has {vocabulary / 2 - 1} keys; {pairs} pairs need as many. Raise vocabulary to {2 * pairs + 2}.",
            "pairs", "vocabulary");
    }
}
