using LT2.Eval.Tasks.Contracts;
using LT2.Eval.Tasks.TextTasks.Definitions;
using LT2.Eval.Tasks.TextTasks.FewShot;
using LT2.Eval.Tasks.TextTasks.Prompts;
using LT2.Eval.Tasks.TextTasks.Scoring;
using LT2.Eval.Tasks.TextTasks.Templates;

namespace LT2.Eval.Tasks.TextTasks.Export;

/// <summary>Asks a scorer all of a task's requests, with the reference's few-shot sampler.</summary>
public static class TaskEvaluation
{
    /// <summary>Evaluates documents.</summary>
    /// <param name="task">The task.</param>
    /// <param name="docs">Documents in the data set's schema.</param>
    /// <param name="shots">Shots in each prompt; ignored where the task pins them.</param>
    /// <param name="fewshotDocs">Documents to draw shots from; null to draw from <paramref name="docs"/>.</param>
    /// <param name="scorer">Answers the requests.</param>
    /// <param name="cancellation">Stops it.</param>
    /// <exception cref="TaskException">A document lacks a column, or the pool is too small.</exception>
    public static EvaluatedTask Evaluate(
        TaskDefinition task,
        IReadOnlyList<IReadOnlyDictionary<string, object?>> docs,
        int shots,
        IReadOnlyList<IReadOnlyDictionary<string, object?>>? fewshotDocs,
        IRequestScorer scorer,
        CancellationToken cancellation)
    {
        shots = task.PinnedShots ?? shots;
        var prompts = CreatePrompts(task, docs, shots, fewshotDocs ?? docs);
        var requests = prompts.SelectMany(prompt => prompt.Requests).ToList();
        var responses = scorer.Score(requests, cancellation);
        var documentScorer = new DocumentScorer(task);
        var documents = new List<EvaluatedDocument>();
        var next = 0;
        foreach (var (document, own) in prompts)
        {
            var answers = responses.Skip(next).Take(own.Count).ToList();
            next += own.Count;
            documents.Add(new EvaluatedDocument(documents.Count, document.Columns, document.Target, own, answers, documentScorer.Score(document, answers)));
        }

        return new EvaluatedTask(task, shots, documents, docs.Count);
    }

    /// <summary>Documents with their requests, shots drawn in the order of the documents.</summary>
    internal static IReadOnlyList<(PreparedDocument Document, IReadOnlyList<TextRequest> Requests)> CreatePrompts(
        TaskDefinition task,
        IReadOnlyList<IReadOnlyDictionary<string, object?>> docs,
        int shots,
        IReadOnlyList<IReadOnlyDictionary<string, object?>> pool)
    {
        var builder = new PromptBuilder(task);
        return [.. ReadWithPrefixes(task, docs, shots, pool).Select(pair => (pair.Document, builder.CreateRequests(pair.Prefix, pair.Document)))];
    }

    /// <summary>Documents with what stands before their own contexts.</summary>
    internal static IEnumerable<(PreparedDocument Document, string Prefix)> ReadWithPrefixes(
        TaskDefinition task,
        IReadOnlyList<IReadOnlyDictionary<string, object?>> docs,
        int shots,
        IReadOnlyList<IReadOnlyDictionary<string, object?>> pool)
    {
        var reader = new DocumentReader(task);
        var builder = new PromptBuilder(task);
        if (task.FewShotSamples is { } samples)
        {
            pool = [.. samples.Cast<IReadOnlyDictionary<string, object?>>()];
        }

        var shotDocuments = shots == 0 ? [] : pool.Select((columns, index) => new Lazy<PreparedDocument>(() => reader.Read(columns, $"few-shot document {index + 1}"))).ToList();
        var sampler = new FewShotSampler(task.Sampler, shotDocuments.Count, shots, task.DropsEvaluatedDocument);
        foreach (var document in reader.ReadAll(docs, "document"))
        {
            var drawn = sampler.Next(shot => Values.AreEqual(shotDocuments[shot].Value.Columns, document.Columns));
            yield return (document, builder.CreatePrefix(reader.ReadDescription(document.Columns), drawn.Select(shot => shotDocuments[shot].Value)));
        }
    }
}
