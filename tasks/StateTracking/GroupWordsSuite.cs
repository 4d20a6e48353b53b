using LT2.Eval.Tasks.Generators;

namespace LT2.Eval.Tasks.StateTracking;

/// <summary>Word problems over finite groups: solvable ones, and A5 and S5, which need more than constant depth.</summary>
public sealed class GroupWordsSuite : GeneratedSuite
{
    /// <inheritdoc/>
    public override string Id => "group-words";

    /// <inheritdoc/>
    public override int Version => 1;

    /// <inheritdoc/>
    public override string Description =>
        "A word of group elements; at each element the model must name the product so far (state ← element ∘ state, the state acts first). "
        + "Z60 and A4×Z5 are solvable controls of A5's order. The first index is a copy: read acc_last and the index slices beside acc.";

    /// <inheritdoc/>
    public override string Source => "Merrill, Petty and Sabharwal, The Illusion of State in State-Space Models, arXiv 2404.08819 (task); generated here";

    /// <inheritdoc/>
    protected override IReadOnlyList<GeneratedTask> GeneratedTasks { get; } =
    [
        Create("s3", "S3, all permutations of three (6 elements, solvable)", [], _ => FiniteGroup.Symmetric(3), true),
        Create("a5", "A5, the even permutations of five (60 elements, not solvable)", [], _ => FiniteGroup.Alternating(5), false),
        Create("s5", "S5, all permutations of five (120 elements, not solvable)", [], _ => FiniteGroup.Symmetric(5), true),
        Create("z60", "Z60, addition modulo 60 (abelian control of A5)", [], _ => FiniteGroup.Cyclic(60), false),
        Create("a4xz5", "A4 × Z5 (60 elements, solvable control of A5)", [],
            _ => FiniteGroup.DirectProduct(FiniteGroup.Alternating(4), FiniteGroup.Cyclic(5)), false),
        Create("cyclic", "Addition modulo the order", [new IntegerParameter("order", 5, 2, 1_024)],
            options => FiniteGroup.Cyclic(options.Integer("order")), false),
    ];

    private static GeneratedTask Create(
        string id, string title, IReadOnlyList<ParameterDefinition> own, Func<CaseOptions, FiniteGroup> createGroup, bool hasTranspositions)
    {
        IReadOnlyList<ParameterDefinition> parameters =
        [
            .. own,
            new IntegerParameter("length", 32, 1, 65_536),
            new IntegerParameter("minimumLength", "length", 1, 65_536),
            new IntegerParameter("activeTokens", "length", 1, 65_536),
            .. hasTranspositions ? [new ChoiceParameter("elements", "all", ["all", "transpositions"])] : Array.Empty<ParameterDefinition>(),
        ];
        return new GeneratedTask(id, title, parameters, Check, options => new GroupWordsGenerator(
            createGroup(options), TrainingLengths.From(options), options.Integer("activeTokens"),
            hasTranspositions && options.Choice("elements") == "transpositions"));
    }

    private static void Check(CaseOptions options)
    {
        TrainingLengths.Check(options);
        options.Require(options.Integer("activeTokens") <= options.Integer("length"),
            $"activeTokens is {options.Integer("activeTokens")}, above length {options.Integer("length")}; "
            + "it says how many elements may differ from the identity.",
            "activeTokens", "length");
    }
}
