using LT2.Eval.Tasks.Contracts;
using LT2.Eval.Tasks.Generators;

namespace LT2.Eval.Harness.Execution;

/// <summary>Chooses documents when a plan asks for fewer than there are.</summary>
public static class DocumentChoice
{
    /// <summary>A seeded choice without replacement, in the documents' own order; all of them when there are no more than asked.</summary>
    public static IReadOnlyList<TextDocument> Choose(IReadOnlyList<TextDocument> documents, long seed, int count)
    {
        if (documents.Count <= count)
        {
            return documents;
        }

        var random = new SampleSeed("document-choice", 1, "", new Dictionary<string, string>()).CreateRandom(SampleSplit.Test, seed, 0);
        return [.. random.Distinct(documents.Count, count).Order().Select(index => documents[index])];
    }
}
