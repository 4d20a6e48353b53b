using LT2.Eval.Tasks.Contracts;
using LT2.Eval.Tasks.Generators;

namespace LT2.Eval.Tasks.Perplexity;

/// <summary>Plain texts of the data catalogue: the last twentieth of each is held out, what stands before it is trained on.</summary>
public sealed class LibraryPerplexityCase : ITextCase
{
    internal const string Id = "library";

    private const string TextField = "text";
    private const int HeldOutShare = 20, TrainingDocumentCharacters = 1 << 16, ClusterCharacters = 1 << 14;

    private readonly int documents;
    private readonly int pieceCharacters;
    private readonly string[] datasetIds;

    internal LibraryPerplexityCase(CaseOptions options)
    {
        Parameters = options.Canonical;
        documents = options.Integer("documents");
        pieceCharacters = options.Integer("pieceCharacters");
        datasetIds = options.Choice("datasets").Split(' ', ',', '+').Where(id => id.Length > 0).ToArray();
    }

    /// <inheritdoc/>
    public string SuiteId => "perplexity";

    /// <inheritdoc/>
    public int SuiteVersion => 1;

    /// <inheritdoc/>
    public string TaskId => Id;

    /// <inheritdoc/>
    public IReadOnlyDictionary<string, string> Parameters { get; }

    /// <inheritdoc/>
    public IReadOnlyList<MetricDefinition> Metrics =>
        [PerplexityMetrics.BitsPerByte, PerplexityMetrics.BytePerplexity, PerplexityMetrics.WordPerplexity, PerplexityMetrics.TokenLoss];

    /// <inheritdoc/>
    public int Shots => 0;

    /// <inheritdoc/>
    public IReadOnlyList<string> DatasetIds => datasetIds;

    /// <summary>Names the training documents.</summary>
    public string CorpusId => $"{Id}:{string.Join('+', datasetIds)}";

    /// <inheritdoc/>
    public IReadOnlyList<TextDocument> LoadDocuments(IDataLocator data)
    {
        var pieces = ReadTexts(data).SelectMany(text => AustenPerplexityCase.Cut(text.Content[text.HeldOutStart..], ClusterCharacters)
                .SelectMany((cluster, i) => AustenPerplexityCase.Cut(cluster, pieceCharacters).Select((piece, j) => new TextDocument(
                    $"{text.Id}/{i + 1}/{j + 1}", $"{text.Id}/{i + 1}", new Dictionary<string, object?> { [TextField] = piece }))))
            .ToList();
        var count = Math.Min(documents, pieces.Count);
        return [.. Enumerable.Range(0, count).Select(i => pieces[(int)((long)i * pieces.Count / count)])];
    }

    /// <inheritdoc/>
    public IReadOnlyList<TextRequest> CreateRequests(TextDocument document) => [new RollingLogLikelihoodRequest((string)document.Fields[TextField]!)];

    /// <inheritdoc/>
    public SampleScore Score(TextDocument document, IReadOnlyList<TextResponse> responses) =>
        new(document.Id, document.ClusterId, PerplexityMetrics.Contributions((string)document.Fields[TextField]!, responses.Single()));

    /// <summary>What stands before the held-out parts, in documents of about 64 thousand characters.</summary>
    internal IReadOnlyList<CorpusDocument> ReadTrainingDocuments(IDataLocator data) => [.. ReadTexts(data).SelectMany(text =>
        AustenPerplexityCase.Cut(text.Content[..text.HeldOutStart], TrainingDocumentCharacters).Select((part, i) => new CorpusDocument($"{text.Id}/{i + 1}", part)))];

    private IEnumerable<(string Id, string Content, int HeldOutStart)> ReadTexts(IDataLocator data)
    {
        foreach (var id in datasetIds)
        {
            var files = Directory.GetFiles(data.Locate(id), "*.txt").Order(StringComparer.Ordinal).ToList();
            if (files.Count == 0)
            {
                throw new TaskException($"suite '{SuiteId}', task '{Id}': the data set '{id}' holds no plain text (*.txt).");
            }

            foreach (var file in files)
            {
                var content = File.ReadAllText(file);
                var line = content.IndexOf('\n', content.Length - (content.Length / HeldOutShare));
                yield return ($"{id}/{Path.GetFileNameWithoutExtension(file)}", content, line < 0 ? content.Length : line + 1);
            }
        }
    }
}
