using System.Globalization;
using LT2.Eval.Tasks.Contracts;
using LT2.Eval.Tasks.Generators;

namespace LT2.Eval.Tasks.StateTracking;

/// <summary>Parity of a bit string: the simplest state that a model can track.</summary>
public sealed class ParitySuite : GeneratedSuite, ICurriculumSuite
{
    private const string FixedLengthTask = "parity", CurriculumTask = "parity-curriculum";

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
        new(FixedLengthTask, "Parity of the bits so far",
            [
                new IntegerParameter("length", 16, 1, 131_072),
                new IntegerParameter("minimumLength", "length", 1, 131_072),
                new ChoiceParameter("labels", "every", ["every", "last"]),
            ],
            TrainingLengths.Check,
            options => new ParityGenerator(TrainingLengths.From(options), options.Choice("labels") == "every")),
        new(CurriculumTask, "Parity in stages of growing length, small enough for a CPU; samples of the case itself are those of the last stage",
            [
                new IntegerListParameter("stages", "8,16,32,64", 1, 131_072),
                new IntegerParameter("stepsPerStage", 2_000, 1, 100_000_000),
                new DecimalParameter("promotion", "0.9", 0, 1),
                new IntegerParameter("validationSamples", 1_000, 100, 1_000_000),
            ],
            options => options.Require(
                options.Integers("stages").Zip(options.Integers("stages").Skip(1)).All(pair => pair.First < pair.Second),
                $"stages are {string.Join(",", options.Integers("stages"))}; each must be longer than the one before.", "stages"),
            options => new ParityGenerator(new TrainingLengths(options.Integers("stages")[^1], options.Integers("stages")[^1]), labelsEveryIndex: true)),
    ];

    /// <inheritdoc/>
    public CurriculumDefinition CreateCurriculum(CaseSpecification specification)
    {
        if (specification.TaskId != CurriculumTask)
            throw new TaskException($"suite '{Id}': task '{specification.TaskId}' has no stages; the task with a curriculum is '{CurriculumTask}'.");
        CaseOptions options = ReadOptions(FindTask(CurriculumTask), specification);

        // The last index alone: the first ones are easy, and carry a mean over all.
        return new CurriculumDefinition(
            [.. options.Integers("stages").Select(CreateStage)],
            (double)options.Decimal("promotion"),
            AccuracyMetrics.Last,
            new Dictionary<string, double>(),
            options.Integer("stepsPerStage"),
            options.Integer("validationSamples"));
    }

    private CurriculumStage CreateStage(int length) => new(length, (IGeneratedCase)CreateCase(new CaseSpecification(
        FixedLengthTask, new Dictionary<string, string> { ["length"] = length.ToString(CultureInfo.InvariantCulture) })));
}
