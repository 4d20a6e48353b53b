using LT2.Eval.Models.Looping;
using LT2.Eval.Models.Runtime;
using LT2.Eval.Tasks.Contracts;
using LT2.Eval.Tasks.Tokenization;

namespace LT2.Eval.Harness.Execution;

/// <summary>Scores a text case: its requests go to a <see cref="TokenScorer"/>, one pass for every tested loop count.</summary>
/// <param name="model">The model.</param>
/// <param name="device">Its device.</param>
/// <param name="loopCounts">Every T′.</param>
/// <param name="tokenizer">The tokenizer it was trained with.</param>
/// <param name="maximumLength">Most ids the model reads at once.</param>
/// <param name="batchSize">Sequences in a batch.</param>
public sealed class TextScorer(
    LoopedModel model, ComputeDevice device, IReadOnlyList<int> loopCounts, ITokenizer tokenizer, int maximumLength, int batchSize)
{
    /// <summary>Scores documents of the case: all, or a seeded choice that is the same for every model and night.</summary>
    /// <returns>One readout a loop count.</returns>
    public IReadOnlyList<TextReadout> Score(
        ITextCase item, IDataLocator data, long seed, int sampleCount, Action<double, string> progress, CancellationToken cancellation)
    {
        var documents = DocumentChoice.Choose(item.LoadDocuments(data), seed, sampleCount);
        var requests = documents.Select(item.CreateRequests).ToList();
        var scorer = new TokenScorer(model, device, tokenizer, maximumLength, batchSize);
        var responses = scorer.Score([.. requests.SelectMany(list => list)], loopCounts, progress, cancellation);
        return [.. loopCounts.Select((count, loop) => Readout(item, count, documents, requests, responses[loop]))];
    }

    private static TextReadout Readout(
        ITextCase item, int loopCount, IReadOnlyList<TextDocument> documents, List<IReadOnlyList<TextRequest>> requests, IReadOnlyList<TextResponse> responses)
    {
        var own = new List<IReadOnlyList<TextResponse>>(documents.Count);
        var next = 0;
        foreach (var asked in requests)
        {
            own.Add([.. responses.Skip(next).Take(asked.Count)]);
            next += asked.Count;
        }

        return new TextReadout(loopCount, [.. documents.Zip(own, item.Score)], own);
    }
}
