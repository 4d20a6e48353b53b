using LT2.Eval.Harness.Execution.Batching;
using LT2.Eval.Models.Looping;
using LT2.Eval.Models.Runtime;
using LT2.Eval.Tasks.Contracts;
using LT2.Eval.Tasks.Tokenization;
using static TorchSharp.torch;
using Functional = TorchSharp.torch.nn.functional;

namespace LT2.Eval.Harness.Execution;

/// <summary>
/// Answers text requests with a model and a tokenizer. Likelihood requests become windows of token ids, are sorted by length,
/// padded and answered after every tested loop count in one pass; generation decodes greedily.
/// </summary>
/// <param name="model">The model.</param>
/// <param name="device">Its device.</param>
/// <param name="tokenizer">The tokenizer it was trained with.</param>
/// <param name="maximumLength">Most ids the model reads at once: the length it was trained with.</param>
/// <param name="batchSize">Sequences in a batch.</param>
public sealed class TokenScorer(LoopedModel model, ComputeDevice device, ITokenizer tokenizer, int maximumLength, int batchSize)
{
    /// <summary>Answers in the order of the requests, for each loop count.</summary>
    public IReadOnlyList<IReadOnlyList<TextResponse>> Score(
        IReadOnlyList<TextRequest> requests, IReadOnlyList<int> loopCounts, Action<double, string> progress, CancellationToken cancellation)
    {
        using var noGradients = no_grad();
        var encoder = new RequestWindows(tokenizer, maximumLength);
        var windows = requests.SelectMany((request, index) => request is GenerateUntilRequest ? [] : encoder.Encode(request, index))
            .OrderByDescending(window => window.InputIds.Count)
            .ThenBy(window => window.RequestIndex)
            .ThenBy(window => window.Order)
            .ToList();
        var answers = loopCounts.Select(_ => requests.Select(_ => new SortedList<int, WindowAnswer>()).ToList()).ToList();
        for (var first = 0; first < windows.Count; first += batchSize)
        {
            cancellation.ThrowIfCancellationRequested();
            var batch = windows.GetRange(first, Math.Min(batchSize, windows.Count - first));
            var batchAnswers = Answer(batch, loopCounts);
            for (var loop = 0; loop < loopCounts.Count; loop++)
            {
                for (var row = 0; row < batch.Count; row++)
                {
                    answers[loop][batch[row].RequestIndex].Add(batch[row].Order, batchAnswers[loop][row]);
                }
            }

            progress((double)(first + batch.Count) / windows.Count, $"{first + batch.Count}/{windows.Count} windows");
        }

        using var generator = new GreedyGenerator(model, device, tokenizer, maximumLength);
        return [.. loopCounts.Select((count, loop) => (IReadOnlyList<TextResponse>)[.. requests.Select((request, index) =>
            request is GenerateUntilRequest generate
                ? generator.Generate(generate, count, cancellation)
                : Join(answers[loop][index].Values))])];
    }

    private static TextResponse Join(IList<WindowAnswer> windows)
    {
        var tokens = windows.SelectMany(window => window.LogProbabilities).ToList();
        return new TextResponse(tokens.Sum(), windows.All(window => window.IsGreedy), null, tokens);
    }

    private List<List<WindowAnswer>> Answer(List<RequestWindow> windows, IReadOnlyList<int> loopCounts)
    {
        using var scope = NewDisposeScope();
        using var batch = TokenRows.ToBatch([.. windows.Select(window => window.ToSample())], device.TorchDevice);
        var flat = batch.Labels.flatten();
        var positions = flat.ne(TokenSample.NoLabel).nonzero().flatten();
        var labels = flat.index_select(0, positions);
        return [.. model.ForwardHidden(batch.InputIds, loopCounts).Select(hidden =>
        {
            var logits = model.Head(hidden.flatten(0, 1).index_select(0, positions)).to(ScalarType.Float32);
            var logProbabilities = Functional.log_softmax(logits, -1).gather(1, labels.unsqueeze(1)).squeeze(1)
                .to(ScalarType.Float64).cpu().data<double>().ToArray();
            var greedy = logits.argmax(-1).eq(labels).cpu().data<bool>().ToArray();
            var next = 0;
            return windows.Select(window =>
            {
                var count = window.TargetIds.Count;
                var answer = new WindowAnswer(logProbabilities.AsSpan(next, count).ToArray(), greedy.AsSpan(next, count).IndexOf(false) < 0);
                next += count;
                return answer;
            }).ToList();
        })];
    }

    private sealed record WindowAnswer(IReadOnlyList<double> LogProbabilities, bool IsGreedy);
}
