using LT2.Eval.Harness.Plans;
using LT2.Eval.Tasks.Contracts;
using LT2.Eval.Tasks.Data.Tables;
using LT2.Eval.Tasks.TextTasks.Definitions;

namespace LT2.Eval.Harness.Execution.TextEvaluation;

/// <summary>A text task with the documents to evaluate and those that shots are drawn from.</summary>
/// <param name="Task">The task.</param>
/// <param name="Documents">In the data set's schema.</param>
/// <param name="FewShotDocuments">Null where shots come from <paramref name="Documents"/>, or where the task needs none.</param>
/// <param name="DocumentCount">Documents of the whole split, evaluated or not.</param>
public sealed record TextTaskInput(
    TaskDefinition Task,
    IReadOnlyList<IReadOnlyDictionary<string, object?>> Documents,
    IReadOnlyList<IReadOnlyDictionary<string, object?>>? FewShotDocuments,
    int DocumentCount)
{
    /// <summary>A task over files of documents.</summary>
    public static TextTaskInput FromFiles(TaskDefinition task, string docsPath, string? fewShotDocsPath, int? limit)
    {
        var documents = TableFile.ReadDocuments(docsPath);
        return new TextTaskInput(task, Limited(documents, limit), fewShotDocsPath is null ? null : TableFile.ReadDocuments(fewShotDocsPath), documents.Count);
    }

    /// <summary>A task over the few documents that come with it; shots come from them too.</summary>
    /// <exception cref="PlanException">It comes without any.</exception>
    public static TextTaskInput FromExamples(TaskDefinition task, int? limit)
    {
        var documents = task.Examples ?? throw new PlanException($"The task '{task.Name}' comes without example documents; name a file with --docs.");
        return new TextTaskInput(task, Limited(documents, limit), documents, documents.Count);
    }

    /// <summary>A task over its data set.</summary>
    public static TextTaskInput FromDataset(TaskDefinition task, IDataLocator data, int shots, string? fewShotDocsPath, int? limit)
    {
        var folder = data.Locate(task.DatasetPath);
        var documents = DatasetTable.Read(folder, task.DatasetName, task.EvaluatedSplit);
        var needsPool = (task.PinnedShots ?? shots) > 0 && task.FewShotSamples is null;
        var pool = !needsPool ? null
            : fewShotDocsPath is not null ? TableFile.ReadDocuments(fewShotDocsPath)
            : DatasetTable.Read(folder, task.DatasetName, task.FewShotPoolSplit);
        return new TextTaskInput(task, Limited(documents, limit), pool, documents.Count);
    }

    private static IReadOnlyList<IReadOnlyDictionary<string, object?>> Limited(IReadOnlyList<IReadOnlyDictionary<string, object?>> documents, int? limit)
        => documents.Count == 0 ? throw new PlanException("There are no documents to evaluate.") : limit is { } most ? [.. documents.Take(most)] : documents;
}
