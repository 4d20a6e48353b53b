using LT2.Eval.Tasks.Contracts;
using LT2.Eval.Tasks.Tokenization;

namespace LT2.Eval.Harness.Execution.Batching;

/// <summary>Turns likelihood requests into windows of token ids, by the rules of lm-evaluation-harness.</summary>
/// <param name="tokenizer">The model's tokenizer.</param>
/// <param name="maximumLength">Most ids the model reads at once.</param>
public sealed class RequestWindows(ITokenizer tokenizer, int maximumLength)
{
    /// <summary>The windows of one request; empty for an empty rolling text.</summary>
    public IEnumerable<RequestWindow> Encode(TextRequest request, int requestIndex) => request switch
    {
        LogLikelihoodRequest pair => [Pair(pair, requestIndex)],
        RollingLogLikelihoodRequest rolling => Rolling(tokenizer.Encode(rolling.Text), requestIndex),
        _ => throw new ArgumentOutOfRangeException(nameof(request), request.GetType().Name, "Only likelihood requests have windows."),
    };

    /// <summary>
    /// White space at the end of the context belongs to the continuation; both are encoded together, and the continuation's ids are what
    /// follows after as many ids as the context alone has. Too long a context loses its beginning.
    /// </summary>
    private RequestWindow Pair(LogLikelihoodRequest request, int requestIndex)
    {
        var context = request.Context.TrimEnd();
        var continuation = request.Context[context.Length..] + request.Continuation;
        IReadOnlyList<int> contextIds;
        IReadOnlyList<int> targetIds;
        if (request.Context.Length == 0)
        {
            (contextIds, targetIds) = ([tokenizer.PrefixId], tokenizer.Encode(continuation));
        }
        else
        {
            contextIds = context.Length == 0 ? [tokenizer.PrefixId] : tokenizer.Encode(context);
            targetIds = context.Length == 0 ? tokenizer.Encode(continuation) : [.. tokenizer.Encode(context + continuation).Skip(contextIds.Count)];
        }

        if (targetIds.Count > maximumLength)
        {
            throw new TaskException($"A continuation has {targetIds.Count} tokens, the model reads {maximumLength} at once. Use a model with a longer maximum length.");
        }

        var all = contextIds.Concat(targetIds).ToList();
        return new RequestWindow(requestIndex, 0, all[Math.Max(0, all.Count - maximumLength - 1)..^1], targetIds);
    }

    /// <summary>Each token is predicted once; every window but the first reads the full maximum length and scores its own tail.</summary>
    private IEnumerable<RequestWindow> Rolling(IReadOnlyList<int> ids, int requestIndex)
    {
        var all = ids.Prepend(tokenizer.PrefixId).ToList();
        var order = 0;
        for (var scored = 0; scored < ids.Count;)
        {
            var count = Math.Min(maximumLength, ids.Count - scored);
            var end = scored + count;
            var start = Math.Max(0, end - maximumLength);
            yield return new RequestWindow(requestIndex, order++, all[start..end], all[(scored + 1)..(end + 1)]);
            scored = end;
        }
    }
}
