using LT2.Eval.Tasks.Generators;

namespace LT2.Eval.Tasks.Recall;

/// <summary>Needle in a haystack for models without a tokenizer, shaped after RULER.</summary>
public sealed class SyntheticNeedleSuite : GeneratedSuite
{
    /// <inheritdoc/>
    public override string Id => "synthetic-needle";

    /// <inheritdoc/>
    public override int Version => 1;

    /// <inheritdoc/>
    public override string Description =>
        "Filler tokens with one or more needles (marker, key, digits) at one of 40 depths; at the end a key is asked and the model must name its digits, "
        + "each after reading the right ones before it. Not comparable with RULER's text scores. Slices by depth.";

    /// <inheritdoc/>
    public override string Source => "Hsieh et al., RULER, arXiv 2404.06654 (task shape and depths); token layout and generator are our own";

    /// <inheritdoc/>
    protected override IReadOnlyList<GeneratedTask> GeneratedTasks { get; } =
    [
        new("synthetic-needle", "A key's digits from a haystack of filler tokens",
            [
                new IntegerParameter("length", 256, 8, 1_048_576),
                new IntegerParameter("needles", 1, 1, SyntheticNeedleGenerator.Depths),
                new IntegerParameter("digits", 7, 1, 64),
                new IntegerParameter("keys", 16, 1, 65_536),
                new ChoiceParameter("filler", "repeated", ["repeated", "random"]),
                new IntegerParameter("fillerVocabulary", 32, 1, 65_536),
            ],
            Check,
            options => new SyntheticNeedleGenerator(
                options.Integer("length"), options.Integer("needles"), options.Integer("digits"), options.Integer("keys"),
                options.Choice("filler") == "random", options.Integer("fillerVocabulary"))),
    ];

    private static void Check(CaseOptions options)
    {
        int needles = options.Integer("needles"), digits = options.Integer("digits");
        int needed = needles * (digits + 2) + digits + 1;
        options.Require(options.Integer("length") >= needed,
            $"{needles} needles of {digits} digits and the question need a length of {needed}; it is {options.Integer("length")}.",
            "length", "needles", "digits");
        options.Require(needles <= options.Integer("keys"), $"{needles} needles need as many keys; keys is {options.Integer("keys")}.", "needles", "keys");
    }
}
