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
            [new IntegerParameter("length", 64, 4, 131_072), new IntegerParameter("pairs", 4, 1, 16_384), .. SharedParameters],
            options =>
            {
                CheckVocabulary(options);
                CheckCell(options, options.Integer("length"), options.Integer("pairs"), "length", "pairs");
            },
            options => new MqarGenerator(
                options.Integer("length"), options.Integer("pairs"), options.Integer("vocabulary"),
                options.Decimal("power"), options.Integer("passes"), options.Boolean("randomFiller"))),
        new("mqar-mixture", "Multi-query associative recall at several lengths and numbers of pairs",
            [new MixtureCellsParameter("cells", "64:4:5,128:8:1,256:16:1,256:32:1,256:64:1"), .. SharedParameters],
            options =>
            {
                CheckVocabulary(options);
                foreach (MixtureCell cell in options.Value<List<MixtureCell>>("cells")) CheckCell(options, cell.Length, cell.Pairs, "cells");
            },
            options => new MqarMixtureGenerator(
                options.Value<List<MixtureCell>>("cells"), options.Integer("vocabulary"),
                options.Decimal("power"), options.Integer("passes"), options.Boolean("randomFiller"))),
    ];

    private static IReadOnlyList<ParameterDefinition> SharedParameters =>
    [
        new IntegerParameter("vocabulary", 8_192, 4, 1_048_576),
        new DecimalParameter("power", "0.01", 0.0001m, 1),
        new IntegerParameter("passes", 1, 1, 64),
        new BooleanParameter("randomFiller", "true"),
    ];

    private static void CheckVocabulary(CaseOptions options) => options.Require(
        options.Integer("vocabulary") % 2 == 0,
        $"vocabulary is {options.Integer("vocabulary")}; it must be even: half for keys, half for values.",
        "vocabulary");

    private static void CheckCell(CaseOptions options, int length, int pairs, params string[] parameters)
    {
        int vocabulary = options.Integer("vocabulary"), passes = options.Integer("passes");
        long needed = 2L * pairs * passes + 2L * pairs;
        options.Require(length % 2 == 0, $"length is {length}; it must be even, since pairs and query slots take two tokens.", parameters);
        options.Require(needed <= length,
            $"{pairs} pairs, passes {passes}, need a length of at least {needed}; it is {length}. Raise length or lower pairs.", [.. parameters, "passes"]);
        options.Require(pairs <= vocabulary / 2 - 1,
            $"a vocabulary of {vocabulary} has {vocabulary / 2 - 1} keys; {pairs} pairs need as many. Raise vocabulary to {2 * pairs + 2}.",
            [.. parameters, "vocabulary"]);
    }
}
