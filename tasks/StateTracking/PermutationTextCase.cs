using System.Globalization;
using LT2.Eval.Tasks.Contracts;
using LT2.Eval.Tasks.Generators;
using LT2.Eval.Tasks.MultipleChoice;

namespace LT2.Eval.Tasks.StateTracking;

/// <summary>
/// "Boxes 1 to 3 hold coin, lamp, drum. Swap 1 and 3. Box 1 holds" → " drum". A reordering "Reorder 3 1 2." gives each box, in order, what the
/// box of that number held. Training texts have from one to <c>trainingMoves</c> moves and end with the answer.
/// </summary>
public sealed class PermutationTextCase : ITextCase
{
    private readonly int documents, seed, boxes, moves, trainingMoves, trainingDocuments;
    private readonly bool isSwap;
    private readonly SampleSeed testSeed, trainingSeed;

    internal PermutationTextCase(CaseOptions options)
    {
        Parameters = options.Canonical;
        documents = options.Integer("documents");
        seed = options.Integer("seed");
        boxes = options.Integer("boxes");
        moves = options.Integer("moves");
        trainingMoves = options.Integer("trainingMoves");
        trainingDocuments = options.Integer("trainingDocuments");
        isSwap = options.Choice("move") == "swap";
        Metrics = [new MetricDefinition("acc", MetricDirection.HigherIsBetter, MetricKind.Binary, "1", 0.02, 1.0 / boxes)];
        // The number of documents stays out, so that a longer list begins with the shorter one; test parameters stay out of the training text.
        testSeed = CreateSeed("boxes", "moves", "move");
        trainingSeed = CreateSeed("boxes", "trainingMoves", "move");
    }

    /// <summary>What boxes may hold: words of equal length, so that no choice is likelier for being short.</summary>
    public static IReadOnlyList<string> Things { get; } = ["coin", "drum", "fork", "lamp", "ring", "vase", "rope", "book"];

    /// <inheritdoc/>
    public string SuiteId => PermutationTextSuite.SuiteId;

    /// <inheritdoc/>
    public int SuiteVersion => PermutationTextSuite.SuiteVersion;

    /// <inheritdoc/>
    public string TaskId => PermutationTextSuite.SuiteId;

    /// <inheritdoc/>
    public IReadOnlyDictionary<string, string> Parameters { get; }

    /// <inheritdoc/>
    public IReadOnlyList<MetricDefinition> Metrics { get; }

    /// <inheritdoc/>
    public int Shots => 0;

    /// <summary>Names the training text by everything that shapes it.</summary>
    internal string CorpusId => string.Create(
        CultureInfo.InvariantCulture, $"{SuiteId}-v{SuiteVersion}-boxes{boxes}-{Parameters["move"]}-moves{trainingMoves}-documents{trainingDocuments}");

    /// <inheritdoc/>
    public IReadOnlyList<TextDocument> LoadDocuments(IDataLocator data) =>
        [.. Enumerable.Range(0, documents).Select(index => CreateDocument(index, testSeed.CreateRandom(SampleSplit.Test, seed, index), moves))];

    /// <inheritdoc/>
    public IReadOnlyList<TextRequest> CreateRequests(TextDocument document) =>
        [.. Choices(document).Select(choice => new LogLikelihoodRequest((string)document.Fields["context"]!, $" {choice}"))];

    /// <inheritdoc/>
    public SampleScore Score(TextDocument document, IReadOnlyList<TextResponse> responses)
    {
        int answer = MultipleChoiceScoring.IndexOfLargest([.. responses.Select(response => response.LogLikelihood)]);
        int gold = (int)document.Fields["gold"]!;
        double isRight = answer == gold ? 1 : 0;
        string slice = (bool)document.Fields["moved"]! ? StateBasedRecallSuite.MovedSlice : StateBasedRecallSuite.UnmovedSlice;
        return new SampleScore(
            document.Id,
            document.ClusterId,
            [new MetricContribution("acc", isRight, 1), new MetricContribution("acc", isRight, 1, slice)],
            Choices(document)[answer],
            Choices(document)[gold]);
    }

    internal IReadOnlyList<CorpusDocument> CreateTrainingDocuments() => [.. Enumerable.Range(0, trainingDocuments).Select(index =>
    {
        SampleRandom random = trainingSeed.CreateRandom(SampleSplit.Train, 0, index);
        TextDocument document = CreateDocument(index, random, trainingMoves == 0 ? 0 : random.Between(1, trainingMoves));
        return new CorpusDocument(document.Id, $"{document.Fields["context"]} {Choices(document)[(int)document.Fields["gold"]!]}.");
    })];

    private TextDocument CreateDocument(int index, SampleRandom random, int count)
    {
        string[] held = [.. random.Distinct(Things.Count, boxes).Select(thing => Things[thing])];
        string[] initial = held;
        List<string> sentences = [string.Create(CultureInfo.InvariantCulture, $"Boxes 1 to {boxes} hold {string.Join(", ", initial)}.")];
        for (int i = 0; i < count; i++)
        {
            int[] source = [.. Enumerable.Range(0, boxes)]; // box b gets what source[b] held
            if (isSwap)
            {
                int[] pair = random.Distinct(boxes, 2);
                (source[pair[0]], source[pair[1]]) = (pair[1], pair[0]);
                sentences.Add(string.Create(CultureInfo.InvariantCulture, $"Swap {pair[0] + 1} and {pair[1] + 1}."));
            }
            else
            {
                source = random.Permutation(boxes);
                sentences.Add($"Reorder {string.Join(' ', source.Select(box => (box + 1).ToString(CultureInfo.InvariantCulture)))}.");
            }

            held = [.. source.Select(box => held[box])];
        }

        int asked = random.Below(boxes);
        sentences.Add(string.Create(CultureInfo.InvariantCulture, $"Box {asked + 1} holds"));
        string[] choices = [.. initial.Order(StringComparer.Ordinal)]; // an order that tells nothing
        return new TextDocument(
            string.Create(CultureInfo.InvariantCulture, $"{SuiteId}/{index}"),
            null,
            new Dictionary<string, object?>
            {
                ["context"] = string.Join(' ', sentences),
                ["choices"] = choices,
                ["gold"] = Array.IndexOf(choices, held[asked]),
                ["moved"] = held[asked] != initial[asked],
            });
    }

    private SampleSeed CreateSeed(params string[] names) =>
        new(SuiteId, SuiteVersion, TaskId, names.ToDictionary(name => name, name => Parameters[name]));

    private static IReadOnlyList<string> Choices(TextDocument document) => (IReadOnlyList<string>)document.Fields["choices"]!;
}
