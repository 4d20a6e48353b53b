using LT2.Eval.Tasks.Generators;

namespace LT2.Eval.Tasks.Recall;

/// <summary>Recall of a fixed table from the weights, after MAD.</summary>
public sealed class MemorizationSuite : GeneratedSuite
{
    /// <inheritdoc/>
    public override string Id => "memorization";

    /// <inheritdoc/>
    public override int Version => 1;

    /// <inheritdoc/>
    public override string Description =>
        "A map from keys to values that is fixed for the whole data set (by mapSeed) and never shown: after each key an insert token asks for its value. "
        + "Measures what the weights hold; the test asks for the same map as training.";

    /// <inheritdoc/>
    public override string Source => "Poli et al., arXiv 2403.17844 (task); generated here";

    /// <inheritdoc/>
    protected override IReadOnlyList<GeneratedTask> GeneratedTasks { get; } =
    [
        new("memorization", "Values of a fixed map",
            [
                new IntegerParameter("length", 32, 2, 131_072),
                new IntegerParameter("vocabulary", 256, 5, 1_048_576),
                new IntegerParameter("mapSeed", 1, 0, int.MaxValue),
            ],
            options => options.Require(options.Integer("length") % 2 == 0,
                $"length is {options.Integer("length")}; it must be even: each key is followed by an insert token.", "length"),
            options => new MemorizationGenerator(options.Integer("length"), options.Integer("vocabulary"), options.Integer("mapSeed"))),
    ];
}
