using System.Globalization;
using LT2.Eval.Tasks.Contracts;
using LT2.Eval.Tasks.Generators;

namespace LT2.Eval.Tasks.StateTracking;

/// <summary>The pointer-swap curriculum of LT2's section 3.6, read as state-based recall.</summary>
public sealed class StateBasedRecallSuite : GeneratedSuite, ICurriculumSuite
{
    /// <summary>Slice of the samples whose asked variable ends at another address than it began; reading the first one is no help there.</summary>
    public const string MovedSlice = "moved";

    /// <summary>Slice of the others.</summary>
    public const string UnmovedSlice = "unmoved";

    private const int FewestVariables = 3; // two end where they began after every even number of swaps, which would be no tracking

    private const string FixedSizeTask = "state-based-recall", CurriculumTask = "state-based-recall-curriculum", EveryPointer = "every-pointer", Written = "written";

    /// <inheritdoc/>
    public override string Id => "state-based-recall";

    /// <inheritdoc/>
    public override int Version => 2;

    /// <inheritdoc/>
    public override string Description =>
        "An array of values, pointers into it (five, unless set), swaps of pointers, then: which value does this pointer reach? The curriculum doubles array and "
        + "swaps (n = m) when accuracy reaches the promotion threshold, on the moved slice too; its score n_max is the largest size passed. "
        + "This is our reading: the paper's token layout, loss positions and query choice are not published. Reading the initial address scores about 0.6.";

    /// <inheritdoc/>
    public override string Source => "LT2, section 3.6; state-based recall as in Olmo Hybrid, arXiv 2604.03444 (task); generated here";

    /// <inheritdoc/>
    protected override IReadOnlyList<GeneratedTask> GeneratedTasks { get; } =
    [
        new(FixedSizeTask, "State-based recall at one size",
            [
                new IntegerParameter("size", 8, FewestVariables, 4_096),
                new IntegerParameter("swaps", "size", 0, 65_536),
                new IntegerParameter("minimumSwaps", "swaps", 0, 65_536),
                new IntegerParameter("maximumSize", 256, FewestVariables, 4_096),
                new IntegerParameter("variables", 5, FewestVariables, 64),
                new IntegerParameter("valueAlphabet", 2, 2, 1_024),
                new ChoiceParameter("addresses", "implied", ["implied", Written]),
                new ChoiceParameter("trainingLabels", "query", ["query", EveryPointer]),
            ],
            CheckFixedSize,
            options => Create(options, options.Integer("size"), options.Integer("minimumSwaps"), options.Integer("swaps"))),
        new(CurriculumTask, "State-based recall in stages of growing size; samples of the case itself are those of the last stage",
            [
                new IntegerListParameter("stages", "8,16,32,64,128,256", FewestVariables, 4_096),
                new BooleanParameter("mixedSwaps", "false"),
                new IntegerParameter("maximumSize", 256, FewestVariables, 4_096),
                new IntegerParameter("variables", 5, FewestVariables, 64),
                new IntegerParameter("valueAlphabet", 2, 2, 1_024),
                new ChoiceParameter("addresses", "implied", ["implied", Written]),
                new ChoiceParameter("trainingLabels", "query", ["query", EveryPointer]),
                new IntegerParameter("stepsPerStage", 100_000, 1, 100_000_000),
                new DecimalParameter("promotion", "0.9", 0, 1),
                new DecimalParameter("movedPromotion", "0.85", 0, 1),
                new IntegerParameter("validationSamples", 1_000, 100, 1_000_000),
            ],
            CheckCurriculum,
            options =>
            {
                int size = options.Integers("stages")[^1];
                return Create(options, size, options.Boolean("mixedSwaps") ? 0 : size, size);
            }),
    ];

    /// <inheritdoc/>
    public CurriculumDefinition CreateCurriculum(CaseSpecification specification)
    {
        if (specification.TaskId != CurriculumTask)
            throw new TaskException($"suite '{Id}': task '{specification.TaskId}' has no stages; the task with a curriculum is '{CurriculumTask}'.");
        CaseOptions options = ReadOptions(FindTask(CurriculumTask), specification);
        return new CurriculumDefinition(
            [.. options.Integers("stages").Select(size => CreateStage(size, options.Canonical))],
            (double)options.Decimal("promotion"),
            AccuracyMetrics.Share,
            new Dictionary<string, double> { [MovedSlice] = (double)options.Decimal("movedPromotion") },
            options.Integer("stepsPerStage"),
            options.Integer("validationSamples"));
    }

    private CurriculumStage CreateStage(int size, IReadOnlyDictionary<string, string> parameters) => new(size, (IGeneratedCase)CreateCase(
        new CaseSpecification(FixedSizeTask, new Dictionary<string, string>
        {
            ["size"] = size.ToString(CultureInfo.InvariantCulture),
            ["minimumSwaps"] = parameters["mixedSwaps"] == "true" ? "0" : "swaps",
            ["maximumSize"] = parameters["maximumSize"],
            ["variables"] = parameters["variables"],
            ["valueAlphabet"] = parameters["valueAlphabet"],
            ["addresses"] = parameters["addresses"],
            ["trainingLabels"] = parameters["trainingLabels"],
        })));

    private static StateBasedRecallGenerator Create(CaseOptions options, int size, int minimumSwaps, int swaps) =>
        new(size, minimumSwaps, swaps, options.Integer("maximumSize"), options.Integer("variables"), options.Integer("valueAlphabet"), options.Choice("addresses") == Written, options.Choice("trainingLabels") == EveryPointer);

    private static void CheckFixedSize(CaseOptions options)
    {
        CheckSize(options, options.Integer("size"), "size");
        CheckVariables(options, options.Integer("size"), "size");
        options.Require(options.Integer("minimumSwaps") <= options.Integer("swaps"),
            $"minimumSwaps is {options.Integer("minimumSwaps")}, above swaps {options.Integer("swaps")}. Training draws from minimumSwaps to swaps.",
            "minimumSwaps", "swaps");
    }

    private static void CheckCurriculum(CaseOptions options)
    {
        IReadOnlyList<int> stages = options.Integers("stages");
        options.Require(stages.Zip(stages.Skip(1)).All(pair => pair.First < pair.Second),
            $"stages are {string.Join(",", stages)}; each must be larger than the one before.", "stages");
        if (stages.Count > 0)
        {
            CheckSize(options, stages.Max(), "stages");
            CheckVariables(options, stages.Min(), "stages");
        }
    }

    private static void CheckVariables(CaseOptions options, int size, string parameter) => options.Require(
        size >= options.Integer("variables"), $"size {size} has too few addresses for {options.Integer("variables")} variables, which begin at different ones.", parameter, "variables");

    /// <summary>The vocabulary is that of the largest size, so that weights go from stage to stage and to larger tests.</summary>
    private static void CheckSize(CaseOptions options, int size, string parameter) => options.Require(
        size <= options.Integer("maximumSize"),
        $"size {size} needs as many addresses; maximumSize, which fixes the vocabulary, is {options.Integer("maximumSize")}. "
            + "Raise it for every case that shares weights.",
        parameter, "maximumSize");
}
