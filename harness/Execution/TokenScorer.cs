using LT2.Eval.Harness.Execution.Batching;
using LT2.Eval.Models.Looping;
using LT2.Eval.Models.Runtime;
using LT2.Eval.Tasks.Contracts;
using LT2.Eval.Tasks.Tokenization;

namespace LT2.Eval.Harness.Execution;

/// <summary>
/// Answers text requests with a model and a tokenizer, after every tested loop count in one pass. Likelihood requests become windows of token ids; a document's
/// windows share the computation of their longest common prefix; generation decodes greedily.
/// </summary>
/// <param name="model">The model.</param>
/// <param name="device">Its device.</param>
/// <param name="tokenizer">The tokenizer it was trained with.</param>
/// <param name="maximumLength">Most ids the model reads at once: the length it was trained with.</param>
/// <param name="batchSize">Sequences in a batch.</param>
/// <param name="sharePrefixes">False makes one forward a choice: what sharing must agree with, and what its gain is measured against.</param>
public sealed class TokenScorer(
    LoopedModel model, ComputeDevice device, ITokenizer tokenizer, int maximumLength, int batchSize, bool sharePrefixes = true)
{
    private readonly RequestWindows encoder = new(tokenizer, maximumLength);

    /// <summary>Answers in the order of the requests, for each loop count.</summary>
    public IReadOnlyList<IReadOnlyList<TextResponse>> Score(
        IReadOnlyList<TextRequest> requests, IReadOnlyList<int> loopCounts, Action<double, string> progress, CancellationToken cancellation)
    {
        var answers = requests.Select(_ => new SortedList<int, WindowAnswer[]>()).ToList();
        var limits = ScoringLimits.Of(model.Definition, loopCounts.Max(), !device.IsCuda, batchSize);
        var scorer = new BatchScorer(model, device, loopCounts, limits);
        var batches = Plan(requests, limits);
        var total = batches.Sum(batch => batch.Rows.Count);
        var done = 0;
        foreach (var batch in batches)
        {
            cancellation.ThrowIfCancellationRequested();
            foreach (var (window, answer) in scorer.Answer(batch))
            {
                answers[window.RequestIndex].Add(window.Order, answer);
            }

            done += batch.Rows.Count;
            progress((double)done / total, $"{done}/{total} sequences");
        }

        using var generator = new GreedyGenerator(model, device, tokenizer, encoder, maximumLength);
        return [.. loopCounts.Select((count, loop) => (IReadOnlyList<TextResponse>)[.. requests.Select((request, index) =>
            request is GenerateUntilRequest generate
                ? generator.Generate(generate, count, cancellation)
                : Join([.. answers[index].Values.Select(windows => windows[loop])]))])];
    }

    /// <summary>How the likelihood requests would be batched.</summary>
    public IReadOnlyList<ScoringBatch> Plan(IReadOnlyList<TextRequest> requests, ScoringLimits limits) => ScoringPlan.Create(
        RequestDocuments.Split(requests).Select(document => (IReadOnlyList<RequestWindow>)[.. document.SelectMany(index => encoder.Encode(requests[index], index))]),
        limits,
        sharePrefixes && model.Definition.Draw is null); // a state holds one draw, so draws read every window whole

    private static TextResponse Join(IReadOnlyList<WindowAnswer> windows)
    {
        var tokens = windows.SelectMany(window => window.LogProbabilities).ToList();
        return new TextResponse(tokens.Sum(), windows.All(window => window.IsGreedy), null, tokens);
    }
}
