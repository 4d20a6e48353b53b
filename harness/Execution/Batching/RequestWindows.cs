using LT2.Eval.Tasks.Contracts;
using LT2.Eval.Tasks.TextTasks.Requests;
using LT2.Eval.Tasks.Tokenization;

namespace LT2.Eval.Harness.Execution.Batching;

/// <summary>Token ids of requests, cut to what a model reads at once, by the rules that <see cref="PairEncoder"/> and <see cref="RollingWindows"/> state.</summary>
/// <param name="tokenizer">The model's tokenizer.</param>
/// <param name="maximumLength">Most ids the model reads at once.</param>
public sealed class RequestWindows(ITokenizer tokenizer, int maximumLength)
{
    private readonly int? beginOfTextId = tokenizer.AddsBeginOfText ? tokenizer.BeginOfTextId : null;

    /// <summary>The windows of a likelihood request; none where there is nothing to score.</summary>
    /// <exception cref="TaskException">A continuation is longer than the model reads: it is never cut.</exception>
    public IEnumerable<RequestWindow> Encode(TextRequest request, int requestIndex) => request switch
    {
        LogLikelihoodRequest pair => Pair(pair, requestIndex),
        RollingLogLikelihoodRequest rolling => Rolling(tokenizer.Encode(rolling.Text), requestIndex),
        _ => throw new ArgumentOutOfRangeException(nameof(request), request.GetType().Name, "Only likelihood requests have windows."),
    };

    /// <summary>What a model reads before it generates: the end of the context that leaves room for the new tokens.</summary>
    /// <exception cref="TaskException">The new tokens alone fill the model.</exception>
    public IReadOnlyList<int> Context(GenerateUntilRequest request)
    {
        var ids = PairEncoder.WithBegin(tokenizer.Encode(request.Context), beginOfTextId);
        return request.MaximumNewTokens < maximumLength
            ? PairEncoder.GenerationInput(ids.Count == 0 ? [tokenizer.PrefixId] : ids, maximumLength, request.MaximumNewTokens)
            : throw new TaskException($"The task generates up to {request.MaximumNewTokens} tokens, but the model reads {maximumLength} in all: nothing is left for the context. "
                + "Use a model with a longer maximum length, or generate less: --max-new-tokens with lt2 eval, maximumNewTokens among the case's parameters in a plan.");
    }

    private IReadOnlyList<RequestWindow> Pair(LogLikelihoodRequest request, int requestIndex)
    {
        var pair = PairEncoder.Encode(request.Context, request.Continuation, tokenizer.Encode, tokenizer.PrefixId, beginOfTextId);
        if (pair.Continuation.Count == 0)
        {
            return [];
        }

        if (pair.Continuation.Count > maximumLength)
        {
            throw new TaskException($"A continuation has {pair.Continuation.Count} tokens, the model reads {maximumLength} at once. Use a model with a longer maximum length.");
        }

        return [new RequestWindow(requestIndex, 0, pair.ModelInput(maximumLength), pair.Continuation)];
    }

    private IEnumerable<RequestWindow> Rolling(IReadOnlyList<int> ids, int requestIndex)
    {
        var all = ids.Prepend(tokenizer.PrefixId).ToList(); // position −1 is the prefix
        return RollingWindows.Create(ids.Count, maximumLength).Select((window, order) => new RequestWindow(
            requestIndex,
            order,
            all.GetRange(window.InputStart + 1, window.InputLength),
            all.GetRange(window.PredictedStart + 1, window.PredictedLength)));
    }
}
