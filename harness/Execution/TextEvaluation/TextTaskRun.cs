using LT2.Eval.Tasks.Contracts;
using LT2.Eval.Tasks.TextTasks.Export;
using LT2.Eval.Tasks.TextTasks.Prompts;
using LT2.Eval.Tasks.TextTasks.Scoring;

namespace LT2.Eval.Harness.Execution.TextEvaluation;

/// <summary>Evaluates text tasks: prompts are made once, asked once, and answered for each tested loop count.</summary>
public static class TextTaskRun
{
    /// <summary>Evaluates a task.</summary>
    /// <param name="input">The task and its documents.</param>
    /// <param name="shots">Shots in each prompt.</param>
    /// <param name="ask">Answers requests: one list of responses for each loop count.</param>
    /// <param name="cancellation">Stops it.</param>
    /// <returns>The evaluated task for each loop count, in the order of <paramref name="ask"/>.</returns>
    public static IReadOnlyList<EvaluatedTask> Evaluate(
        TextTaskInput input, int shots, Func<IReadOnlyList<TextRequest>, IReadOnlyList<IReadOnlyList<TextResponse>>> ask, CancellationToken cancellation)
    {
        var scorer = new FirstReadout(ask);
        var first = TaskEvaluation.Evaluate(input.Task, input.Documents, shots, input.FewShotDocuments, scorer, cancellation) with { OriginalCount = input.DocumentCount };
        return [first, .. scorer.Answers.Skip(1).Select(responses => Answered(first, responses))];
    }

    /// <summary>The same documents and requests with other answers.</summary>
    private static EvaluatedTask Answered(EvaluatedTask evaluated, IReadOnlyList<TextResponse> responses)
    {
        var reader = new DocumentReader(evaluated.Task);
        var scorer = new DocumentScorer(evaluated.Task);
        var documents = new List<EvaluatedDocument>(evaluated.Documents.Count);
        var next = 0;
        foreach (var document in evaluated.Documents)
        {
            IReadOnlyList<TextResponse> own = [.. responses.Skip(next).Take(document.Requests.Count)];
            next += own.Count;
            documents.Add(document with { Responses = own, Scores = scorer.Score(reader.Read(document.Columns), own) });
        }

        return evaluated with { Documents = documents };
    }

    /// <summary>Answers with the first loop count's responses and keeps those of all.</summary>
    private sealed class FirstReadout(Func<IReadOnlyList<TextRequest>, IReadOnlyList<IReadOnlyList<TextResponse>>> ask) : IRequestScorer
    {
        public IReadOnlyList<IReadOnlyList<TextResponse>> Answers { get; private set; } = [];

        public IReadOnlyList<TextResponse> Score(IReadOnlyList<TextRequest> requests, CancellationToken cancellation) => (Answers = ask(requests))[0];
    }
}
