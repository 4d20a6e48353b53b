using LT2.Eval.Tasks.Generators;

namespace LT2.Eval.Tasks.StateTracking;

/// <summary>Arithmetic modulo a small number, flat or with brackets.</summary>
public sealed class ModularArithmeticSuite : GeneratedSuite
{
    /// <inheritdoc/>
    public override string Id => "modular-arithmetic";

    /// <inheritdoc/>
    public override int Version => 1;

    /// <inheritdoc/>
    public override string Description =>
        "An expression and an equals sign; at the sign the model must name the value modulo the modulus. Flat expressions bind products "
        + "tighter and run left to right; bracketed ones nest. With products zero is likelier than other values, so always saying zero beats chance a little.";

    /// <inheritdoc/>
    public override string Source =>
        "Beck et al., xLSTM, arXiv 2405.04517, and Grazzi et al., arXiv 2411.12537 (task); generated here. "
        + "Their length counts the answer too: ours plus one";

    /// <inheritdoc/>
    protected override IReadOnlyList<GeneratedTask> GeneratedTasks { get; } =
    [
        new("modular-arithmetic", "Flat expressions: n op n op … n =",
            [.. Parameters, new BooleanParameter("multiplication", "true")],
            options =>
            {
                TrainingLengths.Check(options);
                options.Require(options.Integer("length") % 2 == 0,
                    $"length is {options.Integer("length")}; a flat expression with its equals sign has an even number of tokens.", "length");
            },
            options => new FlatArithmeticGenerator(TrainingLengths.From(options), options.Integer("modulus"), options.Boolean("multiplication"))),
        new("modular-arithmetic-brackets", "Nested expressions with brackets and negation",
            [.. Parameters, new BooleanParameter("multiplication", "false")],
            TrainingLengths.Check,
            options => new BracketArithmeticGenerator(TrainingLengths.From(options), options.Integer("modulus"), options.Boolean("multiplication"))),
    ];

    private static IReadOnlyList<ParameterDefinition> Parameters =>
    [
        new IntegerParameter("length", 40, 2, 16_384),
        new IntegerParameter("minimumLength", "length", 2, 16_384),
        new IntegerParameter("modulus", 5, 2, 1_000),
    ];
}
