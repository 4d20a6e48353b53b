using System.Globalization;
using System.Text.RegularExpressions;
using LT2.Eval.Tasks.Contracts;
using LT2.Eval.Tasks.Generators;
using LT2.Eval.Tasks.TextTasks.Requests;
using LT2.Eval.Tasks.TextTasks.Scoring;
using LT2.Eval.Tasks.Tokenization;

namespace LT2.Eval.Tasks.Generation;

/// <summary>One needle task at one length.</summary>
public sealed partial class NeedleCase : ITextCase
{
    /// <summary>Tokens that a prompt leaves for the answer.</summary>
    public const int NewTokens = 128;

    private const string InputField = "input", PrefixField = "gen_prefix", OutputsField = "outputs", DepthField = "depth";

    private readonly NeedleTask task;
    private readonly int documents;
    private readonly int seed;
    private readonly int length;
    private readonly string tokenizerName;
    private readonly string haystack;

    internal NeedleCase(NeedleTask task, CaseOptions options)
    {
        this.task = task;
        documents = options.Integer("documents");
        seed = options.Integer("seed");
        length = options.Integer("length");
        tokenizerName = options.Choice("tokenizer");
        haystack = options.Choice("haystack");
        Parameters = options.Canonical;
    }

    /// <inheritdoc/>
    public string SuiteId => NeedleSuite.SuiteId;

    /// <inheritdoc/>
    public int SuiteVersion => NeedleSuite.SuiteVersion;

    /// <inheritdoc/>
    public string TaskId => task.Id;

    /// <inheritdoc/>
    public IReadOnlyDictionary<string, string> Parameters { get; }

    /// <inheritdoc/>
    public IReadOnlyList<MetricDefinition> Metrics { get; } = [new("contains", MetricDirection.HigherIsBetter, MetricKind.Proportion, "1", 0.02, 0)];

    /// <inheritdoc/>
    public int Shots => 0;

    /// <inheritdoc/>
    public IReadOnlyList<string>? DatasetIds =>
    [
        .. task.Haystack == Haystack.Essay && !File.Exists(haystack) ? [haystack] : (string[])[],
        .. TokenizerCatalogue.DatasetOf(tokenizerName) is { } vocabulary ? [vocabulary] : (string[])[],
    ];

    /// <inheritdoc/>
    public IReadOnlyList<TextDocument> LoadDocuments(IDataLocator data)
    {
        var tokenizer = TokenizerCatalogue.Load(tokenizerName, data);
        var sentences = task.Haystack == Haystack.Essay ? ReadSentences(data) : [];
        var wordsBefore = new int[sentences.Count + 1];
        for (var i = 0; i < sentences.Count; i++)
        {
            wordsBefore[i + 1] = wordsBefore[i] + sentences[i].Count(letter => letter == ' ') + 1;
        }

        IReadOnlyList<string> Sentences(int words)
        {
            var end = Array.BinarySearch(wordsBefore, words) is var found && found >= 0 ? found : ~found - 1;
            return sentences.Take(end).ToList();
        }

        var sampleSeed = new SampleSeed(SuiteId, SuiteVersion, TaskId, new Dictionary<string, string> { ["length"] = Parameters["length"] });
        return [.. Enumerable.Range(0, documents).Select(index =>
        {
            var sample = new NeedleSample(task, sampleSeed.CreateRandom(SampleSplit.Test, seed, index));
            var largest = task.Haystack == Haystack.Essay ? wordsBefore[^1] : length;
            var size = LargestSize(sample, tokenizer, largest, Sentences);
            return new TextDocument(
                string.Create(CultureInfo.InvariantCulture, $"{task.Id}/{index}"),
                null,
                new Dictionary<string, object?>
                {
                    [InputField] = sample.Input(size, Sentences),
                    [PrefixField] = sample.AnswerPrefix(),
                    [OutputsField] = sample.Answers,
                    [DepthField] = (long?)sample.DepthPercent,
                });
        })];
    }

    /// <inheritdoc/>
    public IReadOnlyList<TextRequest> CreateRequests(TextDocument document) =>
        [new GenerateUntilRequest(Prompt((string)document.Fields[InputField]!, (string)document.Fields[PrefixField]!), [], NewTokens)];

    /// <inheritdoc/>
    public SampleScore Score(TextDocument document, IReadOnlyList<TextResponse> responses)
    {
        var text = GeneratedText.WithoutControlCharacters(responses.Single().Text ?? string.Empty);
        var outputs = (IReadOnlyList<string>)document.Fields[OutputsField]!;
        var share = (double)outputs.Count(output => GeneratedText.Contains(text, [output])) / outputs.Count;
        var whole = new MetricContribution("contains", share, 1);
        return new SampleScore(
            document.Id,
            document.ClusterId,
            document.Fields[DepthField] is long depth ? [whole, new MetricContribution("contains", share, 1, DepthSlice(depth))] : [whole],
            text,
            string.Join(' ', outputs));
    }

    private static string DepthSlice(long depthPercent)
    {
        var tenth = Math.Min(9, depthPercent / 10);
        return string.Create(CultureInfo.InvariantCulture, $"depth {tenth * 10}-{(tenth * 10) + 9}%");
    }

    private static string Prompt(string input, string answerPrefix) => $"{input} {answerPrefix}";

    // Longer haystacks have more tokens: bisection finds the largest that fits.
    private int LargestSize(NeedleSample sample, ITokenizer tokenizer, int largest, Func<int, IReadOnlyList<string>> sentences)
    {
        var beginOfTextId = tokenizer.AddsBeginOfText ? tokenizer.BeginOfTextId : null;
        int Tokens(int size) => PairEncoder.WithBegin(tokenizer.Encode(Prompt(sample.Input(size, sentences), sample.AnswerPrefix())), beginOfTextId).Count + NewTokens;
        bool Fits(int size) => Tokens(size) <= length;
        if (!Fits(0))
        {
            throw new TaskException(
                $"suite '{SuiteId}', task '{TaskId}': length {length} has no room for needle, question and {NewTokens} tokens of answer with the tokenizer '{tokenizerName}'; "
                + $"at least {Tokens(0)} are needed.");
        }

        var (fits, above) = (0, 1);
        while (above < largest && Fits(above))
        {
            (fits, above) = (above, above * 2);
        }

        above = Math.Min(above, largest + 1);
        while (above - fits > 1)
        {
            var middle = fits + ((above - fits) / 2);
            (fits, above) = Fits(middle) ? (middle, above) : (fits, middle);
        }

        return fits;
    }

    private IReadOnlyList<string> ReadSentences(IDataLocator data)
    {
        string[] files = File.Exists(haystack)
            ? [haystack]
            : [.. Directory.GetFiles(data.Locate(haystack), "*.txt", SearchOption.AllDirectories).Order(StringComparer.Ordinal)];
        var text = string.Join(' ', files.SelectMany(file => File.ReadAllText(file).Split([' ', '\n', '\r', '\t'], StringSplitOptions.RemoveEmptyEntries)));
        return text.Length > 0
            ? [.. SentenceEnd().Split(text)]
            : throw new TaskException($"The haystack '{haystack}' holds no text (*.txt).");
    }

    [GeneratedRegex(@"(?<=[.!?][""'”’]?) ")]
    private static partial Regex SentenceEnd();
}
