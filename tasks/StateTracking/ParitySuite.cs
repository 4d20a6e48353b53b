using LT2.Eval.Tasks.Generators;

namespace LT2.Eval.Tasks.StateTracking;

/// <summary>Parity of a bit string: the simplest state that a model can track.</summary>
public sealed class ParitySuite : GeneratedSuite
{
    /// <inheritdoc/>
    public override string Id => "parity";

    /// <inheritdoc/>
    public override int Version => 1;

    /// <inheritdoc/>
    public override string Description =>
        "A random bit string; at each index, or only at the last, the model must say whether the ones so far are even or odd. "
        + "Linear recurrences with eigenvalues in [0, 1] and attention of fixed depth do not carry it past the trained length.";

    /// <inheritdoc/>
    public override string Source => "Grazzi et al., arXiv 2411.12537, and Beck et al., xLSTM, arXiv 2405.04517 (task); generated here";

    /// <inheritdoc/>
    protected override IReadOnlyList<GeneratedTask> GeneratedTasks { get; } =
    [
        new("parity", "Parity of the bits so far",
            [
                new IntegerParameter("length", 16, 1, 131_072),
                new IntegerParameter("minimumLength", "length", 1, 131_072),
                new ChoiceParameter("labels", "every", ["every", "last"]),
            ],
            TrainingLengths.Check,
            options => new ParityGenerator(TrainingLengths.From(options), options.Choice("labels") == "every")),
    ];
}
