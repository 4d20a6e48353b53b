using LT2.Eval.Tasks.Contracts;
using LT2.Eval.Tasks.Generators;
using LT2.Eval.Tasks.TextTasks;

namespace LT2.Eval.Tasks.Tests.Plugins;

/// <summary>The worked example of a plug-in: an assembly that references LT2.Eval.Tasks alone and lists its suites.</summary>
public sealed class LetterPlugin : ISuitePlugin
{
    public IReadOnlyList<ISuite> Suites { get; } = [new NextLetterSuite()];
}

/// <summary>Which letter comes next in the alphabet.</summary>
public sealed class NextLetterSuite : TextSuite
{
    public override string Id => "next-letter";

    public override int Version => 1;

    public override string Description => "After a, b, c comes d.";

    public override string Source => "An example.";

    public override TrainingNeed Training => TrainingNeed.None;

    protected override IReadOnlyList<TextTaskDefinition> Definitions { get; } =
    [
        new("alphabet", "The letter after three", [new IntegerParameter("documents", 22, 1, 22)], [], options => new NextLetterCase(options)),
    ];
}

/// <summary>One prompt a letter.</summary>
public sealed class NextLetterCase(CaseOptions options) : ITextCase
{
    public string SuiteId => "next-letter";

    public int SuiteVersion => 1;

    public string TaskId => "alphabet";

    public IReadOnlyDictionary<string, string> Parameters => options.Canonical;

    public IReadOnlyList<MetricDefinition> Metrics { get; } = [new("acc", MetricDirection.HigherIsBetter, MetricKind.Binary, "1", 0.02, 1.0 / 26)];

    public int Shots => 0;

    public IReadOnlyList<TextDocument> LoadDocuments(IDataLocator data) => [.. Enumerable.Range(0, options.Integer("documents"))
        .Select(i => new TextDocument($"letter/{i}", null, new Dictionary<string, object?> { ["first"] = (char)('a' + i) }))];

    public IReadOnlyList<TextRequest> CreateRequests(TextDocument document)
    {
        var first = (char)document.Fields["first"]!;
        return [new LogLikelihoodRequest($"{first}, {(char)(first + 1)}, {(char)(first + 2)},", $" {(char)(first + 3)}")];
    }

    public SampleScore Score(TextDocument document, IReadOnlyList<TextResponse> responses) =>
        new(document.Id, null, [new MetricContribution("acc", responses[0].IsGreedy ? 1 : 0, 1)]);
}
