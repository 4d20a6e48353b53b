using LT2.Eval.Tasks.Contracts;
using LT2.Eval.Tasks.Data;
using LT2.Eval.Tasks.Generators;

namespace LT2.Eval.Tasks.Perplexity;

/// <summary>Pieces of the held-out novels, each scored whole.</summary>
public sealed class AustenPerplexityCase : ITextCase
{
    private const string TextField = "text";

    private readonly int documents;
    private readonly int pieceCharacters;
    private readonly IReadOnlyList<string> novels;

    internal AustenPerplexityCase(CaseOptions options)
    {
        Parameters = options.Canonical;
        documents = options.Integer("documents");
        pieceCharacters = options.Integer("pieceCharacters");
        novels = options.Choice("novel") is "both" ? AustenLibrary.HeldOutNovels : [options.Choice("novel")];
    }

    /// <inheritdoc/>
    public string SuiteId => "perplexity";

    /// <inheritdoc/>
    public int SuiteVersion => 1;

    /// <inheritdoc/>
    public string TaskId => "austen";

    /// <inheritdoc/>
    public IReadOnlyDictionary<string, string> Parameters { get; }

    /// <inheritdoc/>
    public IReadOnlyList<MetricDefinition> Metrics =>
        [PerplexityMetrics.BitsPerByte, PerplexityMetrics.BytePerplexity, PerplexityMetrics.WordPerplexity, PerplexityMetrics.TokenLoss];

    /// <inheritdoc/>
    public int Shots => 0;

    /// <inheritdoc/>
    public IReadOnlyList<TextDocument> LoadDocuments(IDataLocator data)
    {
        var pieces = AustenLibrary.ReadChapters(data, novels)
            .SelectMany(chapter => Cut(chapter.Text, pieceCharacters).Select((text, i) => new TextDocument(
                $"{chapter.Id}/{i + 1}", chapter.Id, new Dictionary<string, object?> { [TextField] = text })))
            .ToList();

        // Evenly spaced, so that few documents still come from all chapters.
        var count = Math.Min(documents, pieces.Count);
        return [.. Enumerable.Range(0, count).Select(i => pieces[(int)((long)i * pieces.Count / count)])];
    }

    /// <inheritdoc/>
    public IReadOnlyList<TextRequest> CreateRequests(TextDocument document) => [new RollingLogLikelihoodRequest(TextOf(document))];

    /// <inheritdoc/>
    public SampleScore Score(TextDocument document, IReadOnlyList<TextResponse> responses) =>
        new(document.Id, document.ClusterId, PerplexityMetrics.Contributions(TextOf(document), responses.Single()));

    /// <summary>Cuts a text at line ends into pieces of at least a number of characters, but for the last.</summary>
    internal static IEnumerable<string> Cut(string text, int pieceCharacters)
    {
        var start = 0;
        while (start < text.Length)
        {
            var lineEnd = start + pieceCharacters <= text.Length ? text.IndexOf('\n', start + pieceCharacters - 1) : -1;
            var end = lineEnd < 0 ? text.Length : lineEnd + 1;
            yield return text[start..end];
            start = end;
        }
    }

    private static string TextOf(TextDocument document) => (string)document.Fields[TextField]!;
}
