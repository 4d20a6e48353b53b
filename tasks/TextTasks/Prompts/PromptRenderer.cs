using LT2.Eval.Tasks.Contracts;
using LT2.Eval.Tasks.Data.Tables;
using LT2.Eval.Tasks.TextTasks.Definitions;

namespace LT2.Eval.Tasks.TextTasks.Prompts;

/// <summary>Renders a task's prompts from files of documents, without a model.</summary>
public static class PromptRenderer
{
    /// <summary>The prompts of every document of a file.</summary>
    /// <param name="taskId">A task of the catalogue.</param>
    /// <param name="docsPath">JSON lines in the data set's schema.</param>
    /// <param name="shots">Number of shots: the first so many of <paramref name="fewshotDocsPath"/>, in order.</param>
    /// <param name="fewshotDocsPath">JSON lines; needed for shots.</param>
    /// <param name="catalogue">Where to look for the task; null for the tasks that come with the program.</param>
    /// <exception cref="TaskException">Unknown task, unreadable file, missing column, too few documents for the shots.</exception>
    public static IEnumerable<RenderedDocument> Render(
        string taskId, string docsPath, int shots = 0, string? fewshotDocsPath = null, TaskCatalogue? catalogue = null)
    {
        var task = (catalogue ?? TaskCatalogue.BuiltIn).Get(taskId);
        return Render(task, TableFile.ReadDocuments(docsPath), shots, ReadShots(task, shots, fewshotDocsPath));
    }

    /// <summary>The prompts of documents in memory; the first <paramref name="shots"/> of <paramref name="fewshotDocs"/> are the shots.</summary>
    public static IEnumerable<RenderedDocument> Render(
        TaskDefinition task,
        IReadOnlyList<IReadOnlyDictionary<string, object?>> docs,
        int shots,
        IReadOnlyList<IReadOnlyDictionary<string, object?>> fewshotDocs)
    {
        shots = task.PinnedShots ?? shots;
        if (fewshotDocs.Count < shots)
        {
            throw new TaskException($"task '{task.Name}': {shots} shots are asked for, but there are {fewshotDocs.Count} documents for them.");
        }

        var reader = new DocumentReader(task);
        var builder = new PromptBuilder(task);
        var prepared = reader.ReadAll(fewshotDocs.Take(shots), "few-shot document");
        return reader.ReadAll(docs, "document").Select((document, index) =>
        {
            var prefix = builder.CreatePrefix(reader.ReadDescription(document.Columns), prepared);
            var hasChoices = document.Choices is not null;
            return new RenderedDocument(
                index, builder.CreateRequests(prefix, document), document.Choices, hasChoices ? document.GoldIndex : null, document.Target, task.GenerationSettings);
        });
    }

    private static IReadOnlyList<IReadOnlyDictionary<string, object?>> ReadShots(TaskDefinition task, int shots, string? fewshotDocsPath)
    {
        if ((task.PinnedShots ?? shots) == 0)
        {
            return [];
        }

        return fewshotDocsPath is not null
            ? TableFile.ReadDocuments(fewshotDocsPath)
            : throw new TaskException($"task '{task.Name}': {shots} shots need a file of documents: --fewshot-docs FILE.jsonl.");
    }
}
