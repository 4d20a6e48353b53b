using LT2.Eval.Tasks.Contracts;

namespace LT2.Eval.Harness.Execution.Batching;

/// <summary>
/// Finds which likelihood requests belong to one document: its choices follow each other and have their context in common, or, where each choice makes
/// a context of its own, their continuation.
/// </summary>
public static class RequestDocuments
{
    /// <summary>Indices of likelihood requests, one list a document; requests of other kinds are left out.</summary>
    public static IEnumerable<IReadOnlyList<int>> Split(IReadOnlyList<TextRequest> requests)
    {
        var document = new List<int>();
        for (var i = 0; i < requests.Count; i++)
        {
            if (document.Count > 0 && !Belong(requests[document[^1]], requests[i]))
            {
                yield return document;
                document = [];
            }

            if (requests[i] is LogLikelihoodRequest or RollingLogLikelihoodRequest)
            {
                document.Add(i);
            }
        }

        if (document.Count > 0)
        {
            yield return document;
        }
    }

    private static bool Belong(TextRequest before, TextRequest next) => before is LogLikelihoodRequest first && next is LogLikelihoodRequest second
        && (first.Context == second.Context || first.Continuation == second.Continuation);
}
